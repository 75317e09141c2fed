// What only sellers ask of the service, by name. Shapes are those of the HTTP API.

import { request } from "./http.js";

const body = async (/** @type {Promise<{body: any}>} */ answer) => (await answer).body;
const DOOR_TIMEOUT_MS = 6_000;

// An event that began some hours ago may still have people coming in.
const JUST_BEGUN_MS = 12 * 3_600_000;

/**
 * @param {number} sellerId @param {{q: string, soonest: boolean}} wanted `soonest`: what is still to come, by date
 * @param {number} now by the service's clock
 */
export function ownEventsPath(sellerId, { q, soonest }, now) {
  const query = new URLSearchParams({ limit: "50", seller_id: String(sellerId) });
  if (q) query.set("q", q);
  if (soonest) {
    query.set("sort", "starts_at");
    query.set("starts_after", new Date(now - JUST_BEGUN_MS).toISOString());
  }
  return `/api/event?${query}`;
}

/** One page of a list, and where it goes on. @param {string} path @returns {Promise<{items: any[], next: string | null}>} */
export async function page(path) {
  const { body: items, next } = await request(path);
  return { items, next };
}

/** An event's orders, newest first. @param {number} eventId @param {{q?: string, status?: string}} [wanted] */
export function ordersPath(eventId, wanted = {}) {
  const given = Object.entries(wanted).filter(([, value]) => value);
  const query = new URLSearchParams(/** @type {[string, string][]} */ (given)).toString();
  return `/api/event/${eventId}/reservation${query && `?${query}`}`;
}

/** @param {string} id of a confirmed reservation @param {string} reason may be empty */
export const cancelSale = (id, reason) =>
  body(request(`/api/reservation/${id}/cancel`, { method: "POST", body: reason ? { reason } : {} }));

export const reportPath = (eventId) => `/api/event/${eventId}/report`;
export const report = (eventId) => body(request(reportPath(eventId)));

/** @typedef {{seats: string[]} | {section: string, subsection: number}} HouseWish seats by name, or an area */
const housePath = (eventId) => `/api/event/${eventId}/house_seats`;
export const houseSeats = async (eventId) => (await body(request(housePath(eventId)))).seats;
export const takeHouseSeats = async (eventId, /** @type {HouseWish} */ wish) =>
  (await body(request(housePath(eventId), { method: "POST", body: wish }))).seats;
export const freeHouseSeats = (eventId, /** @type {HouseWish} */ wish) =>
  request(housePath(eventId), { method: "DELETE", body: wish });

export const checkInPath = (eventId) => `/api/event/${eventId}/check_in`;
/** Let the holder of a ticket in. Not to be repeated by itself: the second time it is used. */
export const checkIn = (eventId, code) =>
  body(request(checkInPath(eventId), { method: "POST", body: { code }, timeout: DOOR_TIMEOUT_MS }));
