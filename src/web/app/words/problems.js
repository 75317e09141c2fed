// What a person is told about a problem: by its type, in our words, whatever language the service speaks.

/** @typedef {import("./saying.js").Saying} Saying */

// By type, which values the text takes. A test holds that every type of the service is here.
const NONE = () => ({});
const TYPES = {
  "invalid-input": NONE,
  "not-signed-in": NONE,
  forbidden: NONE,
  "foreign-origin": NONE,
  "event-not-found": NONE,
  "subsection-not-found": NONE,
  "store-unavailable": NONE,
  "outcome-unknown": NONE,
  "seat-state-missing": NONE,
  overloaded: NONE,
  "too-many-watchers": NONE,
  "idempotency-mismatch": NONE,
  "idempotency-in-flight": NONE,
  "seats-taken": NONE,
  "not-enough-seats": NONE,
  "not-on-sale": NONE,
  "not-admitted": NONE,
  "too-much-contention": NONE,
  "too-many-seats-held": ({ held, limit }) => ({ n: held, limit }),
  "reservation-not-found": NONE,
  "reservation-not-live": NONE,
  "seat-not-found": NONE,
  "event-over": NONE,
  "ticket-used": NONE,
  "not-confirmed": NONE,
  "no-such-ticket": NONE,
  "already-checked-in": NONE,
  "no-date": NONE,
  "status-change": NONE,
  "creation-overdue": NONE,
  "precondition-failed": NONE,
  "no-waiting-line": NONE,
  "not-in-line": NONE,
  "line-over": NONE,
  "webhook-not-found": NONE,
  "delivery-not-found": NONE,
  "too-many-webhooks": NONE,
  "email-in-use": NONE,
  "bad-credentials": NONE,
  "too-many-attempts": ({ wait }) => ({ n: wait }),
};
const STATUSES = [0, 400, 401, 403, 404, 409, 429, 503];
// Their own text says when to try again, or trying again is not what helps.
const SAYS_WHEN = ["too-many-attempts", "too-many-seats-held"];

/** Whether the service's problems of this type have a text of their own. @param {string} type */
export const isKnown = (type) => type in TYPES;

/** @param {import("../http.js").Problem} problem @returns {Saying} */
export function sayingOf(problem) {
  if (problem.opensAt) {
    return { key: "problem.notOnSaleYet", values: { at: { at: Date.parse(problem.opensAt) } } };
  }
  const what = whatOf(problem);
  if (!problem.wait || SAYS_WHEN.includes(problem.kind ?? "")) return what;
  return { key: "problem.again", values: { what, time: { seconds: problem.wait } } };
}

/** @returns {Saying} */
function whatOf(problem) {
  const { kind = "", status } = problem;
  if (isKnown(kind)) return { key: `problem.${camelCase(kind)}`, values: TYPES[kind](problem) };
  return { key: `problem.${STATUSES.includes(status) ? status : "other"}` };
}

const camelCase = (type) => type.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
