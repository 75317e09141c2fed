// What the pages make of a buyer's reservations: an order's number, and which of them belong together.

import { seatName } from "./seats.js";

// Who is late still finds the ticket where it was.
const SHOW_MS = 6 * 3_600_000;

/** What came to nothing, and is not shown unless somebody wants to see it. */
export const FOLDED = ["released", "expired"];

/** The beginning of the id: short enough to read out, and what a seller's search finds. */
export const orderNumber = (/** @type {string} */ id) => id.slice(0, 8).toUpperCase();

/**
 * @typedef {{held: any[], coming: any[], past: any[], cancelled: any[], gone: any[]}} Shelves
 * @param {any[]} orders reservations as the service answers them
 * @param {Map<number, any>} events those that are known, by id
 * @param {number} now
 * @returns {Shelves} what ends or starts first comes first; what is over, latest first
 */
export function shelvesOf(orders, events, now) {
  const startOf = (order) => Date.parse(events.get(order.event_id)?.starts_at) || Infinity;
  const isOver = (order) =>
    events.get(order.event_id)?.status === "completed" || startOf(order) + SHOW_MS < now;
  const bought = orders.filter(({ status }) => status === "confirmed");
  const by = (key) => (one, other) => key(one) - key(other) || made(other) - made(one);
  const latest = by(() => 0);
  return {
    held: orders.filter(({ status }) => status === "reserved").sort(by(endOf)),
    coming: bought.filter((order) => !isOver(order)).sort(by((order) => finite(startOf(order)))),
    past: bought.filter(isOver).sort(by((order) => -finite(startOf(order)))),
    cancelled: orders.filter(({ status }) => status === "cancelled").sort(latest),
    gone: orders.filter(({ status }) => FOLDED.includes(status)).sort(latest),
  };
}

const made = ({ created_at: at }) => Date.parse(at);
const endOf = ({ expires_at: at }) => Date.parse(at);
/** Infinity less itself is no number to sort by. */
const finite = (/** @type {number} */ time) => Math.min(time, Number.MAX_SAFE_INTEGER);

/**
 * Seats that share a row, told together.
 * @param {import("./seats.js").Seat[]} seats
 * @returns {{key: string, section: string, subsection: number, row: number, n: number, seats: string}[]}
 *   `seats`: their numbers, those beside one another as "3–6"
 */
export function rowsOf(seats) {
  const rows = new Map();
  for (const { section, subsection, row, seat } of seats) {
    const key = seatName({ section, subsection, row, seat: 0 });
    if (!rows.has(key)) rows.set(key, { key, section, subsection, row, numbers: [] });
    rows.get(key).numbers.push(seat);
  }
  return [...rows.values()].map(({ numbers, ...row }) => ({
    ...row,
    n: numbers.length,
    seats: runs(numbers.sort((one, other) => one - other)).join(", "),
  }));
}

/** @param {number[]} numbers in order */
function runs(numbers) {
  /** @type {[number, number][]} */
  const found = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  return found.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`));
}
