// What the front page lists: the search as it stands in the address, what the service is asked for it,
// and the events in order.

import { monthOf } from "./moments.js";

const PAGE = 24;
const LONGEST = 200;

/**
 * @typedef {{q: string, when: string}} Search `when`: "" for any time, "week", "month", or a day as
 *   "2026-12-31", all by the reader's own calendar
 */

/** @param {string} query of an address @returns {Search} what makes no sense is left out */
export function searchIn(query) {
  const values = new URLSearchParams(query);
  const when = values.get("when") ?? "";
  const known = when === "week" || when === "month" || !Number.isNaN(startOf(when));
  return { q: (values.get("q") ?? "").trim().slice(0, LONGEST), when: known ? when : "" };
}

/** @param {Search} search */
export function addressOf(search) {
  const values = new URLSearchParams(Object.entries(search).filter(([, value]) => value !== ""));
  return values.size ? `/?${values}` : "/";
}

/** The midnight with which a day begins here. @param {string} day */
const startOf = (day) => (/^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00`) : NaN);

/**
 * The first page of what is searched for. What has begun is not in it, unless a day is asked for.
 * @param {Search} search @param {number} now
 */
export function listPath({ q, when }, now) {
  const values = new URLSearchParams({ sort: "starts_at", limit: String(PAGE) });
  if (q) values.set("q", q);
  const day = new Date(now);
  day.setHours(0, 0, 0, 0);
  if (when === "week") day.setDate(day.getDate() + ((8 - day.getDay()) % 7 || 7));
  else if (when === "month") day.setMonth(day.getMonth() + 1, 1);
  else if (when) {
    day.setTime(startOf(when));
    values.set("starts_after", day.toISOString());
    day.setDate(day.getDate() + 1);
  }
  if (when) values.set("starts_before", day.toISOString());
  return `/api/event?${values}`;
}

/**
 * Events that are shown and those that came now, each once and as it is now, in the list's order: the
 * soonest first, of one moment the newest; those without a date last.
 * @param {any[]} shown @param {any[]} came
 */
export function merged(shown, came) {
  const byId = new Map([...shown, ...came].map((event) => [event.id, event]));
  const startOfEvent = ({ starts_at: at }) => (at ? Date.parse(at) : Infinity);
  return [...byId.values()].sort((a, b) => {
    const [first, second] = [startOfEvent(a), startOfEvent(b)];
    return first === second ? b.id - a.id : first - second;
  });
}

/**
 * One group for each month in which events begin, by their own calendars; those without a date in a
 * group without a title.
 * @param {any[]} events in order @param {string} language
 * @returns {{title: string, events: any[]}[]}
 */
export function byMonth(events, language) {
  const groups = new Map();
  for (const event of events) {
    const at = event.starts_at;
    const title = at ? monthOf(language, Date.parse(at), event.timezone) : "";
    if (!groups.has(title)) groups.set(title, { title, events: [] });
    groups.get(title).events.push(event);
  }
  return [...groups.values()];
}
