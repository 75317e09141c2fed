// The house that a seating describes. Each area is one rectangle filled with a pattern of its seats,
// so that a hundred thousand of them cost no more than ten.

import { html } from "../html.js";
import { useWords } from "../words/index.js";
import { Stage } from "./venue_map.js";

const AREA_WIDTH = 92;
const MOST_AREAS = 200;

/** @param {{seating: any, seats: number}} props */
export function SeatingPreview({ seating, seats }) {
  const { t, money } = useWords();
  const { rows, cols, sections } = seating;
  const pitch = AREA_WIDTH / cols;
  const height = Math.min(140, Math.max(14, rows * pitch));
  return html`
    <div class="preview" role="img" aria-label=${t("form.previewLabel", { n: seats })}>
      <${Stage} />
      <svg class="preview__pattern" aria-hidden="true">
        <pattern id="seats" width=${pitch} height=${height / rows} patternUnits="userSpaceOnUse">
          <circle cx=${pitch / 2} cy=${height / rows / 2} r=${0.36 * Math.min(pitch, height / rows)} />
        </pattern>
      </svg>
      ${sections.map(
        ({ name, price, subsections }, index) => html`
          <div key=${index} class="preview__section">
            <p class="preview__name">
              <bdi>${t("event.section", { section: name })}</bdi>
              <span class="venue__facts">${money(price)} · ${rows} × ${cols} × ${subsections}</span>
            </p>
            <div class="preview__areas">
              ${Array.from(
                { length: Math.min(subsections, MOST_AREAS) },
                () => html`
                  <svg class="preview__area" width=${AREA_WIDTH} height=${height}>
                    <rect width=${AREA_WIDTH} height=${height} fill="url(#seats)" />
                  </svg>
                `,
              )}
            </div>
          </div>
        `,
      )}
    </div>
  `;
}
