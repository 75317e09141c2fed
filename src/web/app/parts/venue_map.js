// The venue as a whole: a stage, and under it one tile for each subsection, section by section.

import { useRef } from "preact/hooks";
import { html, memo } from "../html.js";
import { areaKey, countsOf, levelOf, sectionsOf } from "../model/venue.js";
import { useWords } from "../words/index.js";

/** The fragment that names an area in an address, and back. */
export const areaHash = ({ section, subsection }) => `#${encodeURIComponent(section)}/${subsection}`;

/** @param {string} hash @returns {{section: string, subsection: number} | null} */
export function areaOfHash(hash) {
  const [, section, subsection] = hash.match(/^#([^/]+)\/(\d+)$/) ?? [];
  try {
    return section ? { section: decodeURIComponent(section), subsection: Number(subsection) } : null;
  } catch {
    return null; // not something we wrote
  }
}

/**
 * @param {{areas: import("../model/venue.js").Area[], open?: string, describe: Describe}} props
 * @typedef {(area: import("../model/venue.js").Area, words: import("../words/index.js").Words)
 *           => {label: string, figure: string, fill: number}} Describe `fill` from 0 to 1
 */
export function VenueMap({ areas, open, describe }) {
  const words = useWords();
  const { t, money } = words;
  return html`
    <div class="venue">
      <${Stage} />
      ${sectionsOf(areas).map(
        (section) => html`
          <section key=${section.name} class="venue__section">
            <h3 class="venue__name">
              <bdi>${t("event.section", { section: section.name })}</bdi>
              <span class="venue__facts">
                ${money(section.price)} · ${t("event.left", { n: countsOf(section.areas).available })}
              </span>
            </h3>
            <${Tiles} areas=${section.areas} open=${open} describe=${describe} />
          </section>
        `,
      )}
    </div>
  `;
}

/** The tiles alone. */
export function Tiles({ areas, open, describe }) {
  const words = useWords();
  return html`
    <ul class="tiles">
      ${areas.map(
        (area) => html`
          <li key=${areaKey(area)}>
            <${Tile} area=${area} open=${open === areaKey(area)} describe=${describe} words=${words} />
          </li>
        `,
      )}
    </ul>
  `;
}

const Tile = memo(({ area, open, describe, words }) => {
  const { label, figure, fill } = describe(area, words);
  const first = useRef(figure);
  const level = levelOf(area);
  return html`
    <a
      class="tile"
      href=${areaHash(area)}
      data-level=${level}
      aria-current=${open ? "true" : undefined}
      aria-label=${label}
    >
      <span class="tile__fill" style=${{ height: `${100 * fill}%` }}></span>
      <span class="tile__name">${area.subsection}</span>${" "}
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
