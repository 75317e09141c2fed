// What is said and stays on a page: kept as a key with its values, never as a text, so that it is drawn in
// whatever language the page is in by then.

import { areaName, isUndivided } from "../model/venue.js";

/**
 * @typedef {{key: string, values?: Record<string, Value>}} Saying
 * @typedef {string | number | Saying | {money: number} | {seconds: number} |
 *           {at: number, timeZone?: string} | Value[]} Value
 *   money in the service's unit; a length of time; `at` a moment in milliseconds; several are a list
 */

/**
 * @param {{section: string, subsection: number}} area
 * @param {boolean} undivided whether it is all of its section, and needs no number
 * @returns {Saying}
 */
export const areaSaying = ({ section, subsection }, undivided) =>
  undivided
    ? { key: "event.section", values: { section } }
    : { key: "event.subsection", values: { section, subsection: String(subsection) } };

/**
 * @param {{row: number, seat: number, section: string, subsection: number}} seat
 * @param {any} event whose seat it is, where it is known
 * @returns {Saying}
 */
export const seatSaying = ({ row, seat, ...area }, event) => ({
  key: "order.seat",
  values: {
    area: areaName(area, isUndivided(event, area.section)),
    // Numbers of rows and seats are names: they are written without separators.
    row: String(row),
    seat: String(seat),
  },
});

/**
 * What became of a buyer's reservation that this page did not do.
 * @param {import("../my_reservations.js").Move} move
 * @param {any} event it is of, where it is known
 * @param {boolean} isClosed whether the event's sale is over for good
 * @returns {{tone: "good" | "bad", saying: Saying}}
 */
export function moveSaying({ before, after }, event, isClosed) {
  const told = (seats) => ({ n: seats.length, seats: seats.map((seat) => seatSaying(seat, event)) });
  const values = told(after.seats);
  if (after.status === "cancelled") {
    const reason = after.cancel_reason;
    const key = reason ? "hold.cancelledBecause" : "hold.cancelled";
    return { tone: "bad", saying: { key, values: { ...values, reason: reason ?? "" } } };
  }
  if (after.status === "expired") return { tone: "bad", saying: { key: "hold.expired" } };
  if (after.status === "released" && isClosed) return { tone: "bad", saying: { key: "hold.closed" } };
  if (before && before.status === after.status) {
    const names = new Set(after.seats.map(({ seat_identifier }) => seat_identifier));
    const given = before.seats.filter(({ seat_identifier }) => !names.has(seat_identifier));
    return { tone: "good", saying: { key: "hold.elsewhere.fewer", values: told(given) } };
  }
  return { tone: "good", saying: { key: `hold.elsewhere.${after.status}`, values } };
}
