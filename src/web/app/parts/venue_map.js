// The venue as a whole: a stage, and under it one tile for each subsection, section by section.

import { useRef } from "preact/hooks";
import { html, memo } from "../html.js";
import { countsOf, levelOf, sectionsOf, subsectionKey } from "../model/venue.js";
import { useWords } from "../words/index.js";

/** The fragment that names a subsection in an address, and back. */
export const subsectionHash = ({ section, subsection }) => `#${encodeURIComponent(section)}/${subsection}`;

/** @param {string} hash @returns {{section: string, subsection: number} | null} */
export function subsectionOfHash(hash) {
  const [, section, subsection] = hash.match(/^#([^/]+)\/(\d+)$/) ?? [];
  try {
    return section ? { section: decodeURIComponent(section), subsection: Number(subsection) } : null;
  } catch {
    return null; // not something we wrote
  }
}

/**
 * @param {{subsections: import("../model/venue.js").Subsection[], open?: string, describe: Describe}} props
 * @typedef {(subsection: import("../model/venue.js").Subsection, words: import("../words/index.js").Words)
 *           => {label: string, figure: string, fill: number}} Describe `fill` from 0 to 1
 */
export function VenueMap({ subsections, open, describe }) {
  const words = useWords();
  const { t, money } = words;
  return html`
    <div class="venue">
      <${Stage} />
      ${sectionsOf(subsections).map(
        (section) => html`
          <section key=${section.name} class="venue__section">
            <h3 class="venue__name">
              <bdi>${t("event.section", { section: section.name })}</bdi>
              <span class="venue__facts">
                ${money(section.price)} · ${t("event.left", { n: countsOf(section.subsections).available })}
              </span>
            </h3>
            <${Tiles} subsections=${section.subsections} open=${open} describe=${describe} />
          </section>
        `,
      )}
    </div>
  `;
}

/** The tiles alone. */
export function Tiles({ subsections, open, describe }) {
  const words = useWords();
  return html`
    <ul class="tiles">
      ${subsections.map(
        (subsection) => html`
          <li key=${subsectionKey(subsection)}>
            <${Tile}
              subsection=${subsection}
              open=${open === subsectionKey(subsection)}
              describe=${describe}
              words=${words}
            />
          </li>
        `,
      )}
    </ul>
  `;
}

const Tile = memo(({ subsection, open, describe, words }) => {
  const { label, figure, fill } = describe(subsection, words);
  const first = useRef(figure);
  const level = levelOf(subsection);
  return html`
    <a
      class="tile"
      href=${subsectionHash(subsection)}
      data-level=${level}
      aria-current=${open ? "true" : undefined}
      aria-label=${label}
    >
      <span class="tile__fill" style=${{ height: `${100 * fill}%` }}></span>
      <span class="tile__name">${subsection.subsection}</span>${" "}
      <span class="tile__figure ${first.current === figure ? "" : "fresh"}" key=${figure}>
        ${figure}
      </span>
      <${LevelMark} level=${level} />
    </a>
  `;
});

const LIT = { plenty: 3, some: 2, few: 1 };

/** Three, two or one lit dots, or a cross: the level without its colour. */
export function LevelMark({ level }) {
  return html`
    <svg class="level" viewBox="0 0 20 6" aria-hidden="true">
      ${level === "none"
        ? html`<path d="M7.5.5l5 5M12.5.5l-5 5" />`
        : [3, 10, 17].map(
            (x, index) =>
              html`<circle class=${index < LIT[level] ? "level__lit" : ""} cx=${x} cy="3" r="2.2" />`,
          )}
    </svg>
  `;
}

export function Stage() {
  const { t } = useWords();
  return html`<div class="stage"><span>${t("event.stage")}</span></div>`;
}

export function LevelLegend() {
  const { t } = useWords();
  return html`
    <ul class="legend" aria-label=${t("event.legend")}>
      ${["plenty", "some", "few", "none"].map(
        (level) => html`
          <li class="legend__item" data-level=${level}>
            <${LevelMark} level=${level} /> ${t(`level.${level}`)}
          </li>
        `,
      )}
    </ul>
  `;
}
