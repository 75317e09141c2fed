// The service's endpoints by name. Shapes are those of the HTTP API; nothing is renamed here.

import { idempotencyKey, persist, request } from "./http.js";

const body = async (/** @type {Promise<{body: any}>} */ answer) => (await answer).body;

export const me = () => body(request("/api/user/me"));
export const signUp = (form) => body(request("/api/user", { method: "POST", body: form }));
export const signIn = (form) => body(request("/api/user/login", { method: "POST", body: form }));
export const signOut = () => request("/api/user/logout", { method: "POST" });

/** One page of a list of events, and where it goes on. @param {string} path */
export async function eventsOnSale(path) {
  const { body: events, next } = await request(path);
  return { events, next };
}
export const event = (id) => body(request(`/api/event/${id}?tickets=false`));
/** An event with the tag that tells whether somebody has changed it since. @returns {Promise<{event: any, etag: string}>} */
export async function eventWithTag(id) {
  const { body: event, etag } = await request(`/api/event/${id}?tickets=false`);
  return { event, etag: etag ?? "" };
}
/** With `etag`: only if the event still has it, else a Problem 412. */
export const changeEvent = (id, change, etag) =>
  body(
    request(`/api/event/${id}`, {
      method: "PATCH",
      body: change,
      headers: etag ? { "If-Match": etag } : {},
    }),
  );

/** Create an event; safe to repeat with the same `key`. */
export const createEvent = (form, key) =>
  body(
    persist(() =>
      request("/api/event", { method: "POST", body: form, headers: { "Idempotency-Key": key } }),
    ),
  );

export const statusPath = (eventId) => `/api/event/${eventId}/all_subsection_status`;
export const counts = (eventId) => body(request(statusPath(eventId)));
export const seatsPath = (eventId, section, subsection) =>
  `/api/event/${eventId}/sections/${encodeURIComponent(section)}/subsection/${subsection}/seats`;
/** @param {AbortSignal} [signal] gives the reading up */
export const seats = (eventId, section, subsection, signal) =>
  body(request(seatsPath(eventId, section, subsection), { signal }));

/**
 * Reserve seats by name, or the best `quantity`; repeats itself safely when an answer is lost.
 * @param {any} wish @param {(seconds: number) => void} [onWait] told how long it waits before it does
 */
export function reserve(wish, onWait) {
  const headers = { "Idempotency-Key": idempotencyKey() };
  return body(
    persist(() => request("/api/reservation", { method: "POST", body: wish, headers }), { onWait }),
  );
}
/** What everybody sees of an event's waiting line, and a buyer's own place in it. */
export const linePath = (eventId) => `/api/event/${eventId}/line`;
/** @returns {Promise<import("./place.js").Place | null>} null for who is not in line */
export async function place(eventId) {
  try {
    return await body(persist(() => request(linePath(eventId))));
  } catch (problem) {
    if (problem.kind === "not-in-line") return null;
    throw problem;
  }
}
export const joinLine = (eventId) =>
  body(persist(() => request(linePath(eventId), { method: "POST" })));
export const leaveLine = (eventId) =>
  persist(() => request(linePath(eventId), { method: "DELETE" }));

export const reservations = () => everyPage("/api/reservation?limit=200");
const orderPath = (id) => `/api/reservation/${id}`;
export const reservation = (id) => body(request(orderPath(id)));
/** One ticket for each seat of what is bought. */
export const tickets = (id) => body(request(`${orderPath(id)}/ticket`));
export const calendarPath = (id) => `${orderPath(id)}/calendar.ics`;
export const confirm = (id) =>
  body(persist(() => request(`/api/reservation/${id}/confirm`, { method: "POST" })));
export const letGo = (id) =>
  persist(() => request(`/api/reservation/${id}`, { method: "DELETE" }));
/** Give one seat of a hold back. */
export const giveBack = (id, seat) =>
  persist(() => request(`${orderPath(id)}/seats/${encodeURIComponent(seat)}`, { method: "DELETE" }));

/** Follow `Link: rel="next"` to the end. */
async function everyPage(path) {
  const found = [];
  for (let next = path; next; ) {
    const answer = await request(next);
    found.push(...answer.body);
    next = answer.next;
  }
  return found;
}
