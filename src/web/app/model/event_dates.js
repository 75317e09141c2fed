// The dates of an event as they are typed: what clocks in the event's time zone show.

import { insteadOf, instantsOf, isZone, localOf, offsetName, ownZone } from "./zoned_time.js";

export const DATES = /** @type {const} */ (["starts_at", "sale_opens_at", "sale_closes_at"]);
const [FIRST_YEAR, LAST_YEAR] = [1970, 9998];

/**
 * @typedef {{local: string, which: number | null}} TypedDate `which` of two, where a time comes twice;
 *   null while nobody has said
 * @typedef {{timezone: string, starts_at: TypedDate, sale_opens_at: TypedDate,
 *            sale_closes_at: TypedDate}} DatesForm
 */

/** @type {TypedDate} */
const NONE = { local: "", which: null };

/** @param {string | undefined} [zone] @returns {DatesForm} without any date */
export function newDates(zone) {
  const timezone = zone && isZone(zone) ? zone : ownZone();
  return { timezone, starts_at: NONE, sale_opens_at: NONE, sale_closes_at: NONE };
}

/** @param {any} event as the service answers it @returns {DatesForm} */
export function datesOf(event) {
  const form = newDates(event.timezone);
  for (const name of DATES) {
    if (event[name]) form[name] = localOf(Date.parse(event[name]), form.timezone);
  }
  return form;
}

/** The instants that a typed date can mean. @param {DatesForm} form @param {typeof DATES[number]} name */
const meanings = (form, name) => instantsOf(form[name].local, form.timezone);

/** The instant that a typed date means, or null without one that is clear. */
function instantOf(form, name) {
  const found = meanings(form, name);
  return (found.length > 1 ? found[form[name].which ?? NaN] : found[0]) ?? null;
}

/** As the API takes it, or null. @param {DatesForm} form @param {typeof DATES[number]} name */
export function dateRequest(form, name) {
  const instant = instantOf(form, name);
  return instant === null ? null : new Date(instant).toISOString();
}

/** @param {DatesForm} form what of `POST /api/event` says when the event is and is sold */
export function datesRequest(form) {
  const given = DATES.filter((name) => form[name].local);
  if (given.length === 0) return {};
  return { ...Object.fromEntries(given.map((name) => [name, dateRequest(form, name)])), timezone: form.timezone };
}

/**
 * @param {DatesForm} form
 * @returns {Record<string, [string, Record<string, string>?]>} what is wrong, by field
 */
export function checkDates(form) {
  const wrong = {};
  for (const name of DATES) {
    const { local, which } = form[name];
    if (!local) continue;
    const found = meanings(form, name);
    const year = Number.parseInt(local, 10);
    if (year < FIRST_YEAR || year > LAST_YEAR) wrong[name] = ["form.dateYear"];
    else if (found.length === 0) wrong[name] = ["form.dateSkipped", { instead: readable(insteadOf(local, form.timezone)) }];
    else if (found.length > 1 && which === null) wrong[name] = ["form.dateTwice"];
  }
  const [opens, closes] = [instantOf(form, "sale_opens_at"), instantOf(form, "sale_closes_at")];
  if (opens !== null && closes !== null && closes <= opens) wrong.sale_closes_at ??= ["form.dateOrder"];
  return wrong;
}

/** The two meanings of a time that comes twice, each told by its distance from UTC. */
export function choices(form, name) {
  const found = meanings(form, name);
  return found.length > 1 ? found.map((instant) => offsetName(instant, form.timezone)) : [];
}

const readable = (local) => local.replace("T", " ");
