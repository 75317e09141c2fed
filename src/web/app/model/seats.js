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

/**
 * The best `quantity` available seats, by the service's rule (`best_available.py`): side by side in
 * the front-most row that is not left with a single free seat beside them, nearest to the middle; else
 * side by side; else spread over the fewest rows.
 * @param {SeatPlan} plan @param {number} quantity
 * @returns {Seat[]} fewer than `quantity` when the subsection has no more
 */
export function bestSeats({ section, subsection, price, rows }, quantity) {
  const free = rows.map((letters, index) =>
    [...letters].flatMap((letter, place) =>
      letter === "a" ? [{ section, subsection, price, row: index + 1, seat: place + 1 }] : [],
    ),
  );
  const middle = (rows[0].length + 1) / 2;
  const adjacent = free.map((row) => runs(row, quantity).sort(byDistanceFrom(middle)));
  const best =
    adjacent.flatMap((found) => found.filter((seats) => !leavesOneAlone({ rows }, seats)))[0] ??
    adjacent.flat()[0];
  if (best) return best;
  return free
    .sort((one, other) => other.length - one.length)
    .flat()
    .slice(0, quantity);
}

/**
 * How good these seats of a plan are, 0 being the best: the steps of the service's rule.
 * @param {SeatPlan} plan @param {Seat[]} seats
 */
export function stepOf(plan, seats) {
  if (seats.some(({ row }) => row !== seats[0].row)) return 2;
  if (seats.at(-1).seat - seats[0].seat !== seats.length - 1) return 2;
  return leavesOneAlone(plan, seats) ? 1 : 0;
}

/** Whether a single free seat, with no other beside it, would be left next to these adjacent ones. */
function leavesOneAlone({ rows }, seats) {
  const letters = rows[seats[0].row - 1];
  const isFree = (seat) => letters[seat - 1] === "a";
  const [first, last] = [seats[0].seat, seats.at(-1).seat];
  return (isFree(first - 1) && !isFree(first - 2)) || (isFree(last + 1) && !isFree(last + 2));
}

/** Every run of `quantity` adjacent seats in one row. */
function runs(row, quantity) {
  return row
    .map((_, start) => row.slice(start, start + quantity))
    .filter(
      (seats) =>
        seats.length === quantity && seats[quantity - 1].seat - seats[0].seat === quantity - 1,
    );
}

function byDistanceFrom(middle) {
  const distance = (seats) => Math.abs((seats[0].seat + seats.at(-1).seat) / 2 - middle);
  return (one, other) => distance(one) - distance(other);
}
