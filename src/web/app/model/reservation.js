// What a reservation may become, and what it explains of the seats on a map.

import { seatName } from "./seats.js";
import { subsectionKey } from "./venue.js";

/**
 * @typedef {import("./seats.js").Seat & {status: string, seat_identifier: string}} ReservedSeat
 * @typedef {"reserved" | "confirmed" | "released" | "expired" | "cancelled"} Status
 * @typedef {{id: string, event_id: number, buyer_id: number, status: Status, seats: ReservedSeat[],
 *            total_price: number, expires_at: string, created_at: string}} Reservation
 */

// It only goes forward. What has the same step is final, or waits for the seller.
const STEP = { reserved: 0, confirmed: 1, released: 1, expired: 1, cancelled: 2 };
const SEATS_ARE = { reserved: "reserved", confirmed: "sold" };

/**
 * Whether one answer about a reservation is newer than another: it went a step forward, or it is a hold
 * that has given a seat back. So answers may come in any order.
 * @param {Reservation} one @param {Reservation} other
 */
export function isFurther(one, other) {
  const step = STEP[one.status] - STEP[other.status];
  return step > 0 || (step === 0 && one.seats.length < other.seats.length);
}

/** A hold whose time is up and that the service has not taken back yet. */
export const isOverdue = ({ status, expires_at }, now) =>
  status === "reserved" && Date.parse(expires_at) <= now;

/** The reservation when all of its seats are given back. @param {Reservation} reservation */
export const released = (reservation) => ({ ...reservation, status: /** @type {const} */ ("released") });

/** The hold without one of its seats; without the last it is released. @param {Reservation} hold */
export function withoutSeat(hold, name) {
  const seats = hold.seats.filter((seat) => seatName(seat) !== name);
  if (seats.length === 0) return released(hold);
  return { ...hold, seats, total_price: seats.reduce((sum, { price }) => sum + price, 0) };
}

/**
 * The reservations that do not explain what the seats are now: a seat of theirs is in another state than
 * they give it. Where seats are not known the counts tell, when there are fewer than they have there.
 * @param {Reservation[]} reservations of one event
 * @param {(seat: import("./seats.js").Seat) => string | undefined} stateOf a seat's, where it is known
 * @param {import("./venue.js").Venue | null} venue
 * @returns {string[]} each begins with an id, and says what was seen: the same again is the same value
 */
export function unexplained(reservations, stateOf, venue) {
  const found = [];
  /** @type {Map<string, {ids: string[], key: string, expected: string}>} */
  const unseen = new Map();
  for (const { id, status, seats } of reservations) {
    const expected = SEATS_ARE[status];
    for (const seat of expected ? seats : []) {
      const seen = stateOf(seat);
      if (seen && seen !== expected) found.push(`${id} ${seatName(seat)} ${seen}`);
      if (seen) continue;
      const key = subsectionKey(seat);
      const there = unseen.get(`${key} ${expected}`) ?? { ids: [], key, expected };
      there.ids.push(id);
      unseen.set(`${key} ${expected}`, there);
    }
  }
  const counts = new Map(venue?.subsections.map((one) => [subsectionKey(one), one]));
  for (const { ids, key, expected } of unseen.values()) {
    const left = counts.get(key)?.[expected];
    if (left < ids.length) found.push(...new Set(ids.map((id) => `${id} ${key} ${left}`)));
  }
  return found;
}
