// The seats of the open area as a grid of the document, for the keyboard and for screen readers: one stop
// for Tab, arrows inside it. Of a huge area only what lies around the cursor is in the document.

import { useRef, useState } from "preact/hooks";
import { html, memo } from "../html.js";
import { STATES, markedRows } from "../model/map_rows.js";
import { move } from "../model/roving.js";
import { useWords } from "../words/index.js";
import { areaSaying } from "../words/saying.js";

const MOST_CELLS = 2_500;
const ROWS_AROUND = 20;
const SEATS_AROUND = 20;

/** @typedef {{row: number, seat: number}} Place */

/**
 * @param {{
 *   plan: import("../model/seats.js").SeatPlan,
 *   undivided: boolean,
 *   marks: any[] | undefined,
 *   shown: boolean,
 *   onPick?: (place: Place) => void,
 *   onCursor: (place: Place | null) => void,
 * }} props `undivided`: the area is all of its section
 */
export function SeatTable({ plan, undivided, marks, shown, onPick, onCursor }) {
  const words = useWords();
  const { t } = words;
  const table = useRef(/** @type {any} */ (null));
  const [cursor, setCursor] = useState({ row: 1, seat: 1 });
  const size = { rows: plan.rows.length, seats: plan.rows[0].length };
  const rows = markedRows(plan.rows, marks);
  const around = windowAround(cursor, size);

  const placeOf = (target) => {
    const cell = target.closest("[data-seat]");
    return cell ? { row: Number(cell.dataset.row), seat: Number(cell.dataset.seat) } : null;
  };

  function onKeyDown(event) {
    const place = placeOf(event.target);
    if (!place || event.altKey || event.metaKey) return;
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      onPick?.(place);
      return;
    }
    const next = move(event.key, event.ctrlKey, place, size);
    if (!next) return;
    event.preventDefault();
    setCursor(next);
    // A cell that is not in the document yet is there once the cursor is drawn.
    const focus = () =>
      table.current
        ?.querySelector(`[data-row="${next.row}"][data-seat="${next.seat}"]`)
        ?.focus({ preventScroll: !shown });
    focus();
    requestAnimationFrame(() => document.activeElement?.closest("table") !== table.current || focus());
  }

  return html`
    <div class=${shown ? "seattable" : "visually-hidden"}>
      <table
        role="grid"
        ref=${table}
        aria-label=${t("event.seatMap", { area: words.tell(areaSaying(plan, undivided)) })}
        aria-describedby="seatmap-help"
        aria-multiselectable="true"
        aria-readonly=${onPick ? undefined : "true"}
        aria-rowcount=${size.rows}
        aria-colcount=${size.seats + 1}
        onKeyDown=${onKeyDown}
        onClick=${(event) => {
          const place = placeOf(event.target);
          if (!place) return;
          setCursor(place);
          onPick?.(place);
        }}
        onFocusIn=${(event) => {
          const place = placeOf(event.target);
          if (place) setCursor(place);
          // A seat that was clicked on the map needs no mark of the keyboard's.
          if (event.target.matches(":focus-visible")) onCursor(place);
        }}
        onFocusOut=${() => onCursor(null)}
      >
        <tbody>
          ${rows.slice(around.firstRow - 1, around.lastRow).map((letters, index) => {
            const row = around.firstRow + index;
            return html`
              <${Row}
                key=${row}
                row=${row}
                letters=${letters}
                first=${around.firstSeat}
                last=${around.lastSeat}
                cursor=${cursor.row === row ? cursor.seat : 0}
                price=${plan.price}
                words=${words}
              />
            `;
          })}
        </tbody>
      </table>
      <p id="seatmap-help" class="visually-hidden">${t("event.seatMapHelp")}</p>
    </div>
  `;
}

/** One row; drawn again only when one of its seats changes. */
const Row = memo(({ row, letters, first, last, cursor, price, words }) => {
  return html`
    <tr aria-rowindex=${row}>
      <th scope="row" aria-colindex="1">${words.t("event.row", { row: String(row) })}</th>
      ${[...letters.slice(first - 1, last)].map((letter, index) => {
        const seat = first + index;
        const state = STATES[letter];
        return html`
          <td
            key=${seat}
            role="gridcell"
            class="cell"
            data-state=${state}
            data-row=${row}
            data-seat=${seat}
            tabindex=${cursor === seat ? 0 : -1}
            aria-colindex=${seat + 1}
            aria-label=${seatLabel(words, price, { row, seat }, state)}
            aria-selected=${state === "picked" ? "true" : "false"}
            aria-disabled=${state === "available" || state === "picked" ? undefined : "true"}
          >
            ${seat}
          </td>
        `;
      })}
    </tr>
  `;
});

/** @param {any} words @param {number} price @param {Place} place @param {string} state */
function seatLabel(words, price, { row, seat }, state) {
  return words.t("event.seatLabel", {
    row: String(row),
    seat: String(seat),
    price: words.money(price),
    state: words.t(`state.${state}`),
  });
}

/** All of an area, or what lies around a place in one that is huge. */
function windowAround({ row, seat }, { rows, seats }) {
  const part = (at, all, reach) => {
    const first = Math.max(1, Math.min(at - reach, all - 2 * reach));
    return [first, Math.min(all, first + 2 * reach)];
  };
  const whole = rows * seats <= MOST_CELLS;
  const [firstRow, lastRow] = whole ? [1, rows] : part(row, rows, ROWS_AROUND);
  const [firstSeat, lastSeat] = whole ? [1, seats] : part(seat, seats, SEATS_AROUND);
  return { firstRow, lastRow, firstSeat, lastSeat };
}
