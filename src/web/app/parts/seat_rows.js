// Seats in a few words, a line for each row: "A-1 · row 3 · seats 10–11".

import { html } from "../html.js";
import { rowsOf } from "../model/orders.js";
import { areaName, isUndivided } from "../model/venue.js";
import { useWords } from "../words/index.js";

/** @param {{event: any, seats: import("../model/seats.js").Seat[]}} props `event`: whose seats they are, once known */
export function SeatRows({ event, seats }) {
  const { t } = useWords();
  return html`
    <ul class="seatrows">
      ${rowsOf(seats).map(({ key, ...row }) => {
        const area = areaName(row, isUndivided(event, row.section));
        return html`<li key=${key}><bdi>${t("seats.row", { ...row, area, row: String(row.row) })}</bdi></li>`;
      })}
    </ul>
  `;
}
