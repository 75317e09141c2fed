// What editing an event comes to: the request that changes it, and two people's changes side by side.

import { DATES, dateRequest } from "./event_dates.js";
import { termsRequest } from "./line_terms.js";

const PLAIN = ["name", "venue_name", "description", "is_active"];
const TERMS = ["line", "per_minute", "max_active", "pass_time"];
const FIELDS = [...PLAIN, ...DATES, "timezone", ...TERMS];

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/**
 * The body of `PATCH /api/event/ID`: what was changed in the form and nothing else.
 * @param {import("./event_form.js").DetailsForm} before the form as it was filled from the event
 * @param {import("./event_form.js").DetailsForm} form
 * @param {any} event
 */
export function changesOf(before, form, event) {
  const changes = {};
  const moved = form.timezone !== before.timezone;
  for (const name of PLAIN) if (form[name] !== before[name]) changes[name] = form[name];
  for (const name of DATES) {
    const touched = !same(form[name], before[name]) || (moved && form[name].local);
    const value = dateRequest(form, name);
    if (touched && !same(value && Date.parse(value), instant(event[name]))) changes[name] = value;
  }
  // Dates that an event without a time zone gets are meant in the one that the form shows.
  const firstDates = !event.timezone && DATES.some((name) => changes[name]);
  if (moved || firstDates) changes.timezone = form.timezone;
  if (!same(termsRequest(form), termsRequest(before))) changes.admission = termsRequest(form);
  return changes;
}

/** @param {string | undefined} text */
const instant = (text) => (text ? Date.parse(text) : null);

/**
 * Somebody else has saved the event meanwhile. What was typed here stays; what was not touched here
 * becomes theirs.
 * @template {import("./event_form.js").DetailsForm} Form
 * @param {Form} before what both began with @param {Form} mine @param {Form} theirs
 * @returns {{form: Form, taken: string[], both: string[]}} fields that are theirs now, and fields that
 *   both changed, each in a different way
 */
export function merged(before, mine, theirs) {
  const form = { ...mine };
  const taken = [];
  const both = [];
  for (const name of FIELDS) {
    if (same(before[name], theirs[name]) || same(mine[name], theirs[name])) continue;
    if (same(before[name], mine[name])) {
      form[name] = theirs[name];
      taken.push(name);
    } else {
      both.push(name);
    }
  }
  return { form, taken, both };
}
