// What is said and stays on a page: kept as a key with its values, never as a text, so that it is drawn in
// whatever language the page is in by then.

/**
 * @typedef {{key: string, values?: Record<string, Value>}} Saying
 * @typedef {string | number | Saying | {money: number} | {seconds: number} |
 *           {at: number, timeZone?: string} | Value[]} Value
 *   money in the service's unit; a length of time; `at` a moment in milliseconds; several are a list
 */

/**
 * @param {{row: number, seat: number, section: string, subsection: number}} seat
 * @param {boolean} [undivided] whether its area is all of its section, and needs no number
 * @returns {Saying}
 */
export const seatSaying = ({ section, subsection, row, seat }, undivided = false) => ({
  key: "order.seat",
  // Row and seat numbers are names: they are written without separators.
  values: { area: undivided ? section : `${section}-${subsection}`, row: String(row), seat: String(seat) },
});

/**
 * What became of a buyer's reservation that this page did not do.
 * @param {import("../my_reservations.js").Move} move
 * @param {boolean} isClosed whether its event's sale is over for good
 * @returns {{tone: "good" | "bad", saying: Saying}}
 */
export function moveSaying({ before, after }, isClosed) {
  const values = { n: after.seats.length, seats: after.seats.map((seat) => seatSaying(seat)) };
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
    const fewer = { n: given.length, seats: given.map((seat) => seatSaying(seat)) };
    return { tone: "good", saying: { key: "hold.elsewhere.fewer", values: fewer } };
  }
  return { tone: "good", saying: { key: `hold.elsewhere.${after.status}`, values } };
}
