// What the shapes of seats mean.

import { html } from "../html.js";
import { useWords } from "../words/index.js";
import { SEAT_PATH } from "./seat_marks.js";

const STATES = ["available", "picked", "mine", "reserved", "sold"];

export function SeatLegend({ states = STATES }) {
  const { t } = useWords();
  return html`
    <ul class="legend" aria-label=${t("event.legend")}>
      ${states.map(
        (state) => html`
          <li key=${state} class="legend__item">
            <svg class="seat" data-state=${state} viewBox="-12 -12 24 24" aria-hidden="true">
              <path d=${SEAT_PATH[state]} />
            </svg>
            ${t(`state.${state}`)}
          </li>
        `,
      )}
    </ul>
  `;
}
