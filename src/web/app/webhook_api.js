// What a seller asks of the service about webhooks, by name. Shapes are those of the HTTP API.

import { request } from "./http.js";

const body = async (/** @type {Promise<{body: any}>} */ answer) => (await answer).body;
const path = (/** @type {string} */ id) => `/api/webhook/${id}`;

export const webhooks = async () => (await body(request("/api/webhook"))).webhooks;
export const webhook = (id) => body(request(path(id)));
/** What is answered has the secret, which no later answer shows. */
export const addWebhook = (form) => body(request("/api/webhook", { method: "POST", body: form }));
export const changeWebhook = (id, change) => body(request(path(id), { method: "PATCH", body: change }));
export const deleteWebhook = (id) => request(path(id), { method: "DELETE" });
/** @returns {Promise<string>} the new secret; the old one signs beside it for a day */
export const newSecret = async (id) => (await body(request(`${path(id)}/secret`, { method: "POST" }))).secret;

/** @returns {Promise<any>} the delivery, which is under way */
export const sendTest = (id) => body(request(`${path(id)}/test`, { method: "POST" }));
export const sendAgain = (id, delivery) => body(request(`${path(id)}/delivery/${delivery}/send`, { method: "POST" }));

/** Newest first. @param {string} id @param {string} status of those wanted, or empty for all */
export const deliveriesPath = (id, status) => `${path(id)}/delivery${status && `?status=${status}`}`;
/** One page of deliveries, and where it goes on. @param {string} from @returns {Promise<{items: any[], next: string | null}>} */
export async function deliveries(from) {
  const { deliveries: items, next_cursor: cursor } = await body(request(from));
  const next = new URL(from, location.origin);
  next.searchParams.set("cursor", cursor);
  return { items, next: cursor ? next.pathname + next.search : null };
}
