// The house that a seating describes. Each subsection is one rectangle filled with a pattern of its seats,
// so that a hundred thousand of them cost no more than ten.

import { html } from "../html.js";
import { useWords } from "../words/index.js";
import { Stage } from "./venue_map.js";

const SUBSECTION_WIDTH = 92;
const MOST_SUBSECTIONS = 200;

/** @param {{seating: any, seats: number}} props */
export function SeatingPreview({ seating, seats }) {
  const { t, money } = useWords();
  const { rows, cols, sections } = seating;
  const pitch = SUBSECTION_WIDTH / cols;
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
            <div class="preview__subsections">
              ${Array.from(
                { length: Math.min(subsections, MOST_SUBSECTIONS) },
                () => html`
                  <svg class="preview__subsection" width=${SUBSECTION_WIDTH} height=${height}>
                    <rect width=${SUBSECTION_WIDTH} height=${height} fill="url(#seats)" />
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
