// The seats of one subsection. A row is a string with one letter for each seat, so that a row
// which did not change is the same value and need not be drawn again.

/**
 * @typedef {{section: string, subsection: number, price: number, rows: string[],
 *            total: number, available: number, reserved: number, sold: number}} SeatPlan
 * @typedef {{section: string, subsection: number, row: number, seat: number, price: number}} Seat
 */

const LETTER = { available: "a", reserved: "r", sold: "s" };
/** @type {Record<string, "available" | "reserved" | "sold">} */
const STATUS = { a: "available", r: "reserved", s: "sold" };

/**
 * Take in one message; without a plan yet it is the whole.
 * @param {SeatPlan | null} plan
 * @param {any} message a SectionStatsResponse; a delta's `tickets` holds the changed seats only
 * @returns {SeatPlan}
 */
export function applySeats(plan, message) {
  /** @type {string[][]} */
  const changed = [];
  for (const { row, seat, status } of message.tickets) {
    changed[row - 1] ??= plan ? [...plan.rows[row - 1]] : [];
    changed[row - 1][seat - 1] = LETTER[status];
  }
  const rows = plan ? [...plan.rows] : [];
  changed.forEach((letters, index) => {
    rows[index] = letters.join("");
  });
  const { section, subsection, total, available, reserved, sold } = message;
  const price = plan?.price ?? message.tickets[0]?.price ?? 0;
  return { section, subsection, price, rows, total, available, reserved, sold };
}

/** @param {SeatPlan} plan @param {number} row 1-based @param {number} seat 1-based */
export function statusAt(plan, row, seat) {
  return STATUS[plan.rows[row - 1]?.[seat - 1]];
}

/** @param {{section: string, subsection: number, row: number, seat: number}} seat its name in the API */
export function seatName({ section, subsection, row, seat }) {
  return `${section}-${subsection}-${row}-${seat}`;
}
