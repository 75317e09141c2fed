// Days, times and lengths of time, written the way of a language and in an event's own time zone.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const formatters = new Map();

/** The formatter in this zone, or in the browser's own where it does not know the zone; made once. */
function formatter(language, form, timeZone) {
  const key = JSON.stringify([language, form, timeZone]);
  if (!formatters.has(key)) formatters.set(key, make(language, form, timeZone));
  return formatters.get(key);
}

function make(language, form, timeZone) {
  try {
    return new Intl.DateTimeFormat(language, { ...form, timeZone });
  } catch {
    return new Intl.DateTimeFormat(language, form);
  }
}

const written = (language, form, timeZone, ms) => formatter(language, form, timeZone).format(ms);

/**
 * "Sat, Dec 12"; with the year when it is not the year of `now`.
 * @param {string} language @param {number} ms @param {string | undefined} timeZone @param {number} now
 */
export function dayOf(language, ms, timeZone, now) {
  const yearOf = (at) => written("en", { year: "numeric" }, timeZone, at);
  const form = { weekday: "short", day: "numeric", month: "short" };
  return written(
    language,
    yearOf(ms) === yearOf(now) ? form : { ...form, year: "numeric" },
    timeZone,
    ms,
  );
}

/** "7:30 PM" */
export const timeOf = (language, ms, timeZone) =>
  written(language, { timeStyle: "short" }, timeZone, ms);

/** "December 2026" */
export const monthOf = (language, ms, timeZone) =>
  written(language, { month: "long", year: "numeric" }, timeZone, ms);

/**
 * The zone's name ("Taiwan Time") where its clocks differ from the reader's at that moment, else "".
 * @param {string} language @param {number} ms @param {string | undefined} timeZone
 */
export function zoneOf(language, ms, timeZone) {
  if (!timeZone) return "";
  const clock = { dateStyle: "short", timeStyle: "short" };
  if (written("en", clock, timeZone, ms) === written("en", clock, undefined, ms)) return "";
  const parts = formatter(language, { timeZoneName: "shortGeneric" }, timeZone).formatToParts(ms);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
}

/**
 * A length of time as far as it matters: "2 days 3 hr", "5 hr 12 min", "9:59" in the last hour.
 * @param {string} language @param {number} ms
 */
export function lengthOf(language, ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const minutes = Math.ceil(seconds / 60);
  const parts =
    minutes < 24 * 60
      ? { hour: Math.floor(minutes / 60), minute: minutes % 60 }
      : { day: Math.floor(minutes / 1440), hour: Math.floor((minutes % 1440) / 60) };
  return Object.entries(parts)
    .filter(([, value]) => value > 0)
    .map(([unit, value]) =>
      new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(value),
    )
    .join(" ");
}

/** How long until `lengthOf` has to be written again. @param {number} left */
export function untilNext(left) {
  if (left <= HOUR) return left % 1000 || 1000;
  return Math.min(left % MINUTE || MINUTE, left - HOUR);
}

/**
 * How the sale of an event stands, and the moment that matters next (`at`, where there is one).
 * @param {any} event as the service answers it @param {number} now the service's time
 * @param {number} [available] seats that are left, where that is known by now
 * @returns {{state: "soon" | "open" | "closing" | "closed" | "sold_out" | "completed" | "ended", at?: number}}
 */
export function saleOf(event, now, available) {
  if (event.status === "completed" || event.status === "ended") return { state: event.status };
  const opens = Date.parse(event.sale_opens_at);
  const closes = Date.parse(event.sale_closes_at);
  if (now < opens) return { state: "soon", at: opens };
  if (closes <= now) return { state: "closed", at: closes };
  if (available === 0 || (available === undefined && event.status === "sold_out")) {
    return { state: "sold_out" };
  }
  if (closes - now < DAY) return { state: "closing", at: closes };
  return Number.isNaN(closes) ? { state: "open" } : { state: "open", at: closes };
}
