// A waiting line: what its stream says to everybody, and what one place in it makes of that.

import { shuffledIndex } from "./shuffle.js";

/**
 * @typedef {{event_id: number, phase: "gathering" | "open" | "over", opens_at: string | null,
 *            joined: number, gathered: number, serving: number, per_minute: number,
 *            seed_hash: string, seed: string | null}} Line
 * `serving`: the highest number that has had its turn or has it now
 */

// The line can be slower than its rate: when so many may choose at once, and not more.
const OBSERVED_MS = 120_000;
const LEAST_OBSERVED_MS = 30_000;

/**
 * The number that comes from an entry, or null before the opening.
 * @param {number} entry from 1
 * @param {Pick<Line, "phase" | "gathered" | "seed">} line
 */
export function numberOf(entry, { phase, gathered, seed }) {
  if (phase === "gathering") return null;
  return entry <= gathered && seed ? shuffledIndex(entry - 1, gathered, seed) + 1 : entry;
}

/** How many are let in before this number, who are not in yet. */
export const aheadOf = (number, serving) => Math.max(0, number - serving - 1);

/**
 * How much of the way from `start` to `number` is done, from 0 to 1.
 * @param {number} start who was served when the place was first seen
 */
export function progressOf(start, serving, number) {
  if (serving >= number) return 1;
  return Math.max(0, serving - start) / (number - start);
}

/**
 * Note how far the line is; what is long ago is dropped. Returns a new list.
 * @typedef {{at: number, serving: number}} Moment `at` in milliseconds
 * @param {Moment[]} moments @param {Moment} moment
 */
export function observe(moments, moment) {
  return [...moments.filter(({ at }) => at > moment.at - OBSERVED_MS), moment];
}

/**
 * The seconds until `number` is let in: as fast as the line has been of late, and before that is known
 * as if everybody kept their pass to its end.
 * @param {number} number @param {number} serving
 * @param {{per_minute: number, pass_seconds: number, max_active?: number}} terms the event's `admission`
 * @param {Moment[]} moments
 */
export function waitOf(number, serving, terms, moments) {
  const before = number - serving;
  const atBest = (60 * before) / terms.per_minute;
  const [first, last] = [moments[0], moments.at(-1)];
  if (first && last && last.at - first.at >= LEAST_OBSERVED_MS && last.serving > first.serving) {
    const perMinute = (60_000 * (last.serving - first.serving)) / (last.at - first.at);
    return Math.max(atBest, (60 * before) / perMinute);
  }
  const { max_active: most = Infinity, pass_seconds: passSeconds } = terms;
  return Math.max(atBest, Math.floor(before / most) * passSeconds);
}

/**
 * What a buyer is shown.
 * @param {import("../place.js").Place | null} place @param {Line} line @param {number | null} number
 * @returns {"outside" | "gathering" | "waiting" | "turn" | "passed" | "over"}
 */
export function viewOf(place, line, number) {
  if (line.phase === "over" || place?.state === "over") return "over";
  if (!place) return "outside";
  if (place.state === "passed") return "passed";
  if (place.state === "admitted") return "turn";
  if (number === null) return "gathering";
  return line.serving >= number ? "turn" : "waiting";
}
