// What a webhook is told, the form that says so, and how a delivery stands.

/** The types of messages as the service names them, without the part that they share. */
export const GROUPS = {
  reservation: ["reserved", "confirmed", "released", "expired", "cancelled"],
  ticket: ["checked_in"],
  event: ["created", "updated", "closed", "sold_out", "reopened"],
};
export const TYPES = Object.entries(GROUPS).flatMap(([group, names]) => names.map((name) => `${group}.${name}`));

// Sent by hand, so no webhook chooses it.
const TEST_GROUP = "webhook";

/** Whether the pages have words for this type. @param {string} type */
export const isKnownType = (type) => TYPES.includes(type) || type === `${TEST_GROUP}.test`;

/** @param {{types: string[]}} webhook */
export const hasAllTypes = ({ types }) => TYPES.every((type) => types.includes(type));

/** @typedef {{url: string, description: string, types: string[]}} WebhookForm */

/** @returns {WebhookForm} */
export const newForm = () => ({ url: "", description: "", types: TYPES });

/** @param {any} webhook as the service answers it @returns {WebhookForm} */
export const formOf = ({ url, description, types }) => ({ url, description: description ?? "", types });

/** @param {WebhookForm} form @returns {import("./event_form.js").Wrong} */
export function check({ url, types }) {
  /** @type {import("./event_form.js").Wrong} */
  const wrong = {};
  if (!url.trim()) wrong.url = ["form.required"];
  else if (!/^\s*https?:/i.test(url) || !URL.canParse(url.trim())) wrong.url = ["field.address"];
  if (types.length === 0) wrong.types = ["webhook.noTypes"];
  return wrong;
}

/** What the service is sent of a form. @param {WebhookForm} form */
export const requestOf = ({ url, description, types }) => ({
  url: url.trim(),
  description: description.trim() || null,
  types,
});

/**
 * How a delivery stands, to a person: `again` is one that failed and is tried again.
 * @param {any} delivery @returns {"waiting" | "again" | "delivered" | "failed"}
 */
export const standingOf = ({ status, attempts }) => (status === "waiting" && attempts > 0 ? "again" : status);

/**
 * The message that has to arrive before this one may go, where that is known: those of an event keep their order.
 * @param {any} delivery @param {any[]} deliveries newest first @returns {any} its delivery, or undefined
 */
export const aheadOf = ({ id, event_id: eventId, status }, deliveries) =>
  status === "waiting" && eventId !== undefined
    ? deliveries.findLast((one) => one.event_id === eventId && one.status === "waiting" && one.id < id)
    : undefined;

const SOON_MS = 1_000;
const SELDOM_MS = 10_000;

/**
 * When to look at deliveries again: soon after something happened, or was `asked` for, while any of them waits,
 * and then less and less often.
 * @returns {(deliveries: any[], asked: boolean) => number} milliseconds
 */
export function lookingAgain() {
  let before = "";
  let pause = SOON_MS;
  return (deliveries, asked) => {
    const now = stateOf(deliveries);
    pause = now === before && !asked ? Math.min(2 * pause, SELDOM_MS) : SOON_MS;
    before = now;
    return deliveries.some(({ status }) => status === "waiting") ? pause : SELDOM_MS;
  };
}

/** A text that changes when one of these deliveries does. @param {any[]} deliveries */
export const stateOf = (deliveries) =>
  deliveries.map(({ id, status, attempts }) => `${id} ${status} ${attempts}`).join();

/** A webhook's own name, or whom it tells. @param {any} webhook */
export const nameOf = ({ description, url }) => description || new URL(url).host;

/** What was changed in the form and nothing else. @param {WebhookForm} before @param {WebhookForm} form */
export function changesOf(before, form) {
  const [was, is] = [requestOf(before), requestOf(form)];
  return Object.fromEntries(Object.entries(is).filter(([name, value]) => String(value) !== String(was[name])));
}
