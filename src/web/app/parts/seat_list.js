// Seats in a few words, a line for each row: "Section A, area 1 · row 3 · 4–6".

import { html } from "../html.js";
import { rowsOf } from "../model/orders.js";
import { useWords } from "../words/index.js";

/** @param {{seats: import("../model/seats.js").Seat[]}} props */
export function SeatList({ seats }) {
  const { t } = useWords();
  return html`
    <ul class="seatlist">
      ${rowsOf(seats).map(
        ({ key, section, subsection, row, seats: numbers }) => html`
          <li key=${key}>
            <bdi>${t("event.subsection", { section, subsection })}</bdi>${" "}
            <span class="seatlist__row">${t("seats.row", { row: String(row), seats: numbers })}</span>
          </li>
        `,
      )}
    </ul>
  `;
}
