// The seats a buyer has picked and not yet reserved. Every function returns a new list.

import { seatName, statusAt } from "./seats.js";

export const MOST_SEATS = 10;

/** @typedef {import("./seats.js").Seat} Seat */

/** @param {Seat[]} picked @param {Seat} seat */
function isPicked(picked, seat) {
  const name = seatName(seat);
  return picked.some((other) => seatName(other) === name);
}

/**
 * Pick a seat, or put it back.
 * @param {Seat[]} picked @param {Seat} seat
 * @returns {Seat[] | null} null when there is no room for one more
 */
export function toggle(picked, seat) {
  if (isPicked(picked, seat)) return without(picked, [seatName(seat)]);
  return picked.length < MOST_SEATS ? [...picked, seat] : null;
}

/** @param {Seat[]} picked @param {string[]} names */
export function without(picked, names) {
  return picked.filter((seat) => !names.includes(seatName(seat)));
}

/**
 * The picked seats of this plan's subsection that are no longer available.
 * @param {Seat[]} picked @param {import("./seats.js").SeatPlan} plan
 */
export function lost(picked, plan) {
  return picked.filter(
    (seat) =>
      seat.section === plan.section &&
      seat.subsection === plan.subsection &&
      statusAt(plan, seat.row, seat.seat) !== "available",
  );
}

/** @param {Seat[]} picked */
export function totalOf(picked) {
  return picked.reduce((sum, { price }) => sum + price, 0);
}
