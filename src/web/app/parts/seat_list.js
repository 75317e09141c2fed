// Seats in a few words, a line for each row: "Section A, area 1 · row 3 · 4–6".

import { html } from "../html.js";
import { rowsOf } from "../model/orders.js";
import { useWords } from "../words/index.js";
import { areaText } from "./area_text.js";

/** @param {{event: any, seats: import("../model/seats.js").Seat[]}} props `event`: whose seats they are */
export function SeatList({ event, seats }) {
  const words = useWords();
  const { t } = words;
  return html`
    <ul class="seatlist">
      ${rowsOf(seats).map(
        ({ key, row, seats: numbers, ...area }) => html`
          <li key=${key}>
            <bdi>${areaText(words, event, area)}</bdi>${" "}
            <span class="seatlist__row">${t("seats.row", { row: String(row), seats: numbers })}</span>
          </li>
        `,
      )}
    </ul>
  `;
}
