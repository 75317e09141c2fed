// Dates and times as people write them in a place, and as the API takes them.
//
// Where clocks change, an hour of the year does not exist and another comes twice, so a written time
// can mean no instant, one or two. `which` tells two apart: 0 is the earlier one.

const DAY_MS = 86_400_000;
const WRITTEN = /^(\d{4,})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?$/;

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** Whether this browser knows the time zone. @param {string} zone an IANA name */
export function isZone(zone) {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** The time zone that this browser is in. */
export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** Every time zone that this browser offers, and `more`, in order. @param {string[]} more */
export function zonesWith(...more) {
  return [...new Set([...Intl.supportedValuesOf("timeZone"), "UTC", ...more])].sort();
}

/**
 * The instants at which clocks in `zone` show `local`, earliest first: none where clocks skip it, two
 * where it comes twice.
 * @param {string} local `YYYY-MM-DDTHH:MM[:SS]`, as an input of type datetime-local has it
 * @param {string} zone
 * @returns {number[]} milliseconds
 */
export function instantsOf(local, zone) {
  const [year, month, day, hour, minute, second = 0] = (local.match(WRITTEN) ?? []).slice(1).map(numberOf);
  if (year === undefined) return [];
  const asUtc = Date.UTC(year, month - 1, day, hour, minute, second);
  // The clocks before and after any change that is near enough to matter.
  const offsets = new Set([-DAY_MS, 0, DAY_MS].map((away) => offsetAt(asUtc + away, zone)));
  return [...offsets]
    .map((offset) => asUtc - offset)
    .filter((instant) => instant + offsetAt(instant, zone) === asUtc)
    .sort((one, other) => one - other);
}

/** What clocks in `zone` show instead of a time that they skip. @param {string} local @param {string} zone */
export function insteadOf(local, zone) {
  const asUtc = Date.parse(`${local}Z`);
  return localOf(asUtc - offsetAt(asUtc - DAY_MS, zone), zone).local;
}

/**
 * What clocks in `zone` show at `instant`.
 * @param {number} instant milliseconds @param {string} zone
 * @returns {{local: string, which: number}}
 */
export function localOf(instant, zone) {
  const whole = Math.floor(instant / 1000) * 1000;
  const [date, time] = new Date(whole + offsetAt(whole, zone)).toISOString().split("T");
  const seconds = time.slice(5, 8);
  const local = `${date}T${time.slice(0, 5)}${seconds === ":00" ? "" : seconds}`;
  return { local, which: Math.max(0, instantsOf(local, zone).indexOf(whole)) };
}

/** How far clocks in `zone` are ahead of UTC, as in "UTC+02:00". @param {number} instant @param {string} zone */
export function offsetName(instant, zone) {
  const minutes = Math.round(offsetAt(instant, zone) / 60_000);
  const two = (value) => String(value).padStart(2, "0");
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? "−" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** @param {number} instant @param {string} zone @returns {number} milliseconds */
function offsetAt(instant, zone) {
  const whole = Math.floor(instant / 1000) * 1000;
  const shown = Object.fromEntries(
    formatOf(zone)
      .formatToParts(whole)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year, month, day, hour, minute, second } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second) - whole;
}

function formatOf(zone) {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "gregory",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(zone, format);
  }
  return format;
}

/** @param {string | undefined} text */
const numberOf = (text) => (text === undefined ? undefined : Number(text));
