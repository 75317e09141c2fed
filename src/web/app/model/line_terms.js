// How a waiting line lets buyers in, as it is typed and as the API takes it.

const MOST = { per_minute: 60_000, max_active: 1_000_000, pass_seconds: 86_400 };
const SEATS_A_BUYER = 2;
const SUGGESTED_MINUTES = 20;
const SUGGESTED_LEAST = 10;

/**
 * @typedef {{line: boolean, per_minute: string, max_active: string, pass_time: string}} TermsForm
 *   `pass_time` in minutes, or minutes:seconds; an empty `max_active` sets no limit
 */

/** @returns {TermsForm} */
export const noLine = () => ({ line: false, per_minute: "", max_active: "", pass_time: "" });

/** What suits a house of so many seats: it could be sold in twenty minutes. @param {number} seats @returns {TermsForm} */
export function suggestedTerms(seats) {
  const needed = seats / SEATS_A_BUYER / SUGGESTED_MINUTES;
  const perMinute = Math.min(MOST.per_minute, Math.max(SUGGESTED_LEAST, rounded(needed)));
  return { line: true, per_minute: String(perMinute), max_active: "", pass_time: "10" };
}

/** @param {any} admission of an event, if it has one @returns {TermsForm} */
export function termsOf(admission) {
  if (!admission) return noLine();
  const { per_minute, max_active, pass_seconds } = admission;
  const seconds = pass_seconds % 60;
  const minutes = String(Math.floor(pass_seconds / 60));
  return {
    line: true,
    per_minute: String(per_minute),
    max_active: max_active === undefined || max_active === null ? "" : String(max_active),
    pass_time: seconds ? `${minutes}:${String(seconds).padStart(2, "0")}` : minutes,
  };
}

/** @param {TermsForm} form @returns {any} `admission` for the API; null without a line */
export function termsRequest(form) {
  if (!form.line) return null;
  const limit = form.max_active.trim() ? { max_active: Number(form.max_active) } : {};
  return { per_minute: Number(form.per_minute), ...limit, pass_seconds: secondsOf(form.pass_time) };
}

/** @param {TermsForm} form @returns {Record<string, [string, Record<string, number>?]>} what is wrong, by field */
export function checkTerms(form) {
  if (!form.line) return {};
  const wrong = {};
  const whole = (text, most) => /^\s*\d{1,9}\s*$/.test(text) && Number(text) >= 1 && Number(text) <= most;
  for (const name of /** @type {const} */ (["per_minute", "max_active"])) {
    const optional = name === "max_active" && !form[name].trim();
    if (!optional && !whole(form[name], MOST[name])) {
      wrong[`admission.${name}`] = ["form.wholeUpTo", { most: MOST[name] }];
    }
  }
  const seconds = secondsOf(form.pass_time);
  if (!seconds || seconds > MOST.pass_seconds) wrong["admission.pass_seconds"] = ["form.passWrong"];
  return wrong;
}

/**
 * What the terms come to: how many choose at once at most, and after how many seconds the last of
 * `seats` could be offered when each buys two; null while they are not complete.
 * @param {TermsForm} form @param {number} seats
 */
export function outlook(form, seats) {
  if (!form.line || Object.keys(checkTerms(form)).length > 0) return null;
  const terms = termsRequest(form);
  const passMinutes = terms.pass_seconds / 60;
  const together = Math.min(Math.ceil(terms.per_minute * passMinutes), terms.max_active ?? Infinity);
  const rate = Math.min(terms.per_minute, (terms.max_active ?? Infinity) / passMinutes);
  return { together, seconds: Math.ceil((60 * seats) / SEATS_A_BUYER / rate) };
}

/** "10" or "1:30" in seconds; null for anything else. @param {string} text */
function secondsOf(text) {
  const [, minutes, seconds = "0"] = text.trim().match(/^(\d{1,4})(?::([0-5]\d))?$/) ?? [];
  return minutes === undefined ? null : 60 * Number(minutes) + Number(seconds);
}

/** To two digits that count. @param {number} value */
function rounded(value) {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 1);
  return Math.ceil(value / step) * step;
}
