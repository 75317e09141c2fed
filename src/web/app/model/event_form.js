// The form that makes an event: what it holds, what it means, and what is plainly wrong with it.
// The service has the last word; only what needs no service to see is checked here.

import { checkDates, datesOf, datesRequest, newDates } from "./event_dates.js";
import { checkTerms, noLine, termsOf, termsRequest } from "./line_terms.js";

const HIGHEST_PRICE = 10_000_000;

/**
 * Every value is the text that was typed.
 * @typedef {{name: string, price: string, subsections: string, key: number}} SectionForm
 * @typedef {{name: string, venue_name: string, description: string, is_active: boolean}
 *           & import("./event_dates.js").DatesForm & import("./line_terms.js").TermsForm} DetailsForm
 *   what may still be changed when the event exists
 * @typedef {DetailsForm & {rows: string, cols: string, sections: SectionForm[]}} EventForm
 */

let sectionsMade = 0;

/** @returns {SectionForm} named by the first letter of the alphabet that is free */
export function newSection(existing = []) {
  const taken = new Set(existing.map(({ name }) => name));
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  sectionsMade += 1;
  return {
    key: sectionsMade,
    name: letters.find((letter) => !taken.has(letter)) ?? "",
    price: existing.at(-1)?.price ?? "1000",
    subsections: "1",
  };
}

/** @returns {EventForm} */
export function newForm() {
  return {
    name: "",
    venue_name: "",
    description: "",
    is_active: true,
    ...newDates(),
    ...noLine(),
    rows: "10",
    cols: "20",
    sections: [newSection()],
  };
}

/** @param {any} event as the service answers it @returns {DetailsForm} */
export function detailsOf(event) {
  const { name, venue_name, description, is_active } = event;
  return { name, venue_name, description, is_active, ...datesOf(event), ...termsOf(event.admission) };
}

/** A seating as it was typed when the event was made: areas are a number. @param {any} seating of an event's detail */
export function typedSeating({ rows, cols, sections }) {
  const areas = (subsections) => (Array.isArray(subsections) ? subsections.length : subsections);
  return {
    rows,
    cols,
    sections: sections.map(({ name, price, subsections }) => ({ name, price, subsections: areas(subsections) })),
  };
}

/** Another event like this one, at a time of its own. @param {any} event @returns {EventForm} */
export function copyOf(event) {
  const { rows, cols, sections } = typedSeating(event.seating_config);
  const copied = sections.map(({ name, price, subsections }) => ({
    ...newSection(),
    name,
    price: String(price),
    subsections: String(subsections),
  }));
  return {
    ...detailsOf(event),
    ...newDates(event.timezone),
    is_active: true,
    rows: String(rows),
    cols: String(cols),
    sections: copied,
  };
}

/** @returns {number | null} null for anything but a whole number written in digits */
function whole(text) {
  return /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : null;
}

/** The seating as numbers, or null while it is not complete. */
export function seatingOf({ rows, cols, sections }) {
  const seating = {
    rows: whole(rows),
    cols: whole(cols),
    sections: sections.map(({ name, price, subsections }) => ({
      name: name.trim(),
      price: whole(price),
      subsections: whole(subsections),
    })),
  };
  const numbers = [
    seating.rows,
    seating.cols,
    ...seating.sections.flatMap(({ price, subsections }) => [price === null ? null : 1, subsections]),
  ];
  return numbers.every(Boolean) && sections.length > 0 ? /** @type {any} */ (seating) : null;
}

/** @returns {{seats: number, faceValue: number}} */
export function sizeOf({ rows, cols, sections }) {
  const each = rows * cols;
  return {
    seats: sections.reduce((sum, { subsections }) => sum + each * subsections, 0),
    faceValue: sections.reduce((sum, { subsections, price }) => sum + each * subsections * price, 0),
  };
}

/** @param {EventForm} form the body of `POST /api/event` */
export function requestOf(form) {
  const { name, venue_name, description, is_active } = form;
  const admission = termsRequest(form);
  return {
    name,
    venue_name,
    description,
    is_active,
    ...datesRequest(form),
    ...(admission ? { admission } : {}),
    seating_config: seatingOf(form),
  };
}

/** @typedef {Record<string, [key: string, values?: Record<string, unknown>]>} Wrong a text for each field */

/** @param {DetailsForm} form @returns {Wrong} */
export function checkDetails(form) {
  const wrong = {};
  for (const field of ["name", "venue_name", "description"]) {
    if (!form[field].trim()) wrong[field] = ["form.required"];
  }
  return { ...wrong, ...checkDates(form), ...checkTerms(form) };
}

/** @param {EventForm} form @returns {Wrong} in the order of the page */
export function check(form) {
  const wrong = checkDetails(form);
  for (const field of ["rows", "cols"]) {
    if (!whole(form[field])) wrong[`seating_config.${field}`] = ["form.whole"];
  }
  form.sections.forEach(({ name, price, subsections }, index) => {
    const at = `seating_config.sections.${index}`;
    const first = form.sections.findIndex((other) => other.name.trim() === name.trim());
    if (!name.trim()) wrong[`${at}.name`] = ["form.required"];
    else if (first < index) wrong[`${at}.name`] = ["form.duplicate"];
    if (whole(price) === null || Number(price) > HIGHEST_PRICE) {
      wrong[`${at}.price`] = ["form.wholePrice", { most: HIGHEST_PRICE }];
    }
    if (!whole(subsections)) wrong[`${at}.subsections`] = ["form.whole"];
  });
  return wrong;
}
