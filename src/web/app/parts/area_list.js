// The areas of a house as a list of links. Beside the map it is one stop for Tab, in which arrows go to
// the area that lies there; where it is shown by itself every link is a stop.

import { useEffect, useRef, useState } from "preact/hooks";
import { html, memo } from "../html.js";
import { neighbourOf } from "../model/house.js";
import { countsOf, levelOf, sectionsOf, subsectionKey } from "../model/venue.js";
import { useWords } from "../words/index.js";
import { areaSaying } from "../words/saying.js";
import { subsectionHash } from "./open_subsection.js";
import { HueMark } from "./price_legend.js";

/**
 * @param {{
 *   house: import("../model/house.js").House,
 *   hues: any,
 *   subsections: import("../model/venue.js").Subsection[],
 *   open: string | null,
 *   shown: boolean,
 *   describe: import("./house_map.js").Describe,
 *   onCursor: (key: string | null) => void,
 * }} props
 */
export function AreaList({ house, hues, subsections, open, shown, describe, onCursor }) {
  const words = useWords();
  const { t, money } = words;
  const list = useRef(/** @type {any} */ (null));
  const [cursor, setCursor] = useState(open ?? house.areas[0].key);
  useEffect(() => {
    if (open) setCursor(open);
  }, [open]);

  function onKeyDown(event) {
    const area = house.byKey.get(event.target.dataset.key);
    if (shown || !area || event.altKey || event.metaKey || event.ctrlKey) return;
    const next = neighbourOf(house, area, event.key);
    if (!next) return;
    event.preventDefault();
    setCursor(next.key);
    list.current.querySelector(`[data-index="${next.index}"]`)?.focus({ preventScroll: true });
  }

  return html`
    <nav
      class=${shown ? "areas" : "visually-hidden"}
      aria-label=${t("map.areas")}
      ref=${list}
      onKeyDown=${onKeyDown}
      onFocusIn=${(event) => onCursor(event.target.dataset.key ?? null)}
      onFocusOut=${() => onCursor(null)}
    >
      ${sectionsOf(subsections).map(
        (section) => html`
          <h3 key=${`${section.name} name`} class="areas__name">
            <${HueMark} hue=${hues.of(section.price)} hues=${hues} />
            <bdi>${t("event.section", { section: section.name })}</bdi>
            <span class="areas__facts">
              ${money(section.price)} · ${t("event.left", { n: countsOf(section.subsections).available })}
            </span>
          </h3>
          <ul key=${section.name} class="areas__list">
            ${section.subsections.map((subsection) => {
              const key = subsectionKey(subsection);
              return html`
                <${AreaLink}
                  key=${key}
                  subsection=${subsection}
                  index=${house.byKey.get(key)?.index}
                  stop=${shown || key === cursor}
                  open=${open === key}
                  undivided=${section.subsections.length === 1}
                  describe=${describe}
                  words=${words}
                />
              `;
            })}
          </ul>
        `,
      )}
    </nav>
  `;
}

const AreaLink = memo(({ subsection, undivided, index, stop, open, describe, words }) => {
  const { facts, figure, fill } = describe(subsection, words);
  const area = areaSaying(subsection, undivided);
  return html`
    <li>
      <a
        class="area"
        href=${subsectionHash(subsection)}
        tabindex=${stop ? undefined : "-1"}
        data-key=${subsectionKey(subsection)}
        data-index=${index}
        data-level=${levelOf(subsection)}
        aria-current=${open ? "true" : undefined}
        aria-label=${words.t("map.area", { area: words.tell(area), facts })}
      >
        <span class="area__name">${undivided ? "" : subsection.subsection}</span>
        <span class="area__figure">${figure}</span>
        <span class="area__bar" aria-hidden="true"><span style=${{ width: `${100 * fill}%` }}></span></span>
      </a>
    </li>
  `;
});
