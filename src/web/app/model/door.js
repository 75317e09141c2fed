// What a door makes of a code and of the service's answer to it.

/** The same code read again by the camera within this time is the same ticket held there still. */
const SAME_TICKET_MS = 5_000;
const KEPT = 10;
/** How far this machine's idea of the service's time may be off. */
const SLACK_MS = 2_000;

/**
 * `yes`: let in. `used`: it was used before. `no`: no ticket of this event. `unknown`: nobody knows; try
 * again. `own`: it was used just when this door asked and got no answer.
 * @typedef {"yes" | "used" | "no" | "unknown" | "own"} Answer
 * @typedef {{id: number, code: string, at: number, answer: Answer, seat?: any, name?: string,
 *            usedAt?: number, problem?: any}} Scan
 */

/** Yes, no, or look again: one colour, sign, sound and touch each. @param {Answer} answer @returns {"yes" | "no" | "unknown"} */
export const signalOf = (answer) =>
  answer === "yes" ? "yes" : answer === "used" || answer === "no" ? "no" : "unknown";

/** What is the same code, however it is written: the service reads it as kindly. @param {string} text */
export const sameCode = (text) =>
  text.toUpperCase().replace(/[^0-9A-Z]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");

/** Tells whether a code that the camera sees is a new one; one that stays in view stays the same. */
export class SeenCodes {
  /** @type {Map<string, number>} */
  #last = new Map();

  /** @param {string} text @param {number} now milliseconds */
  isNew(text, now) {
    const code = sameCode(text);
    const before = this.#last.get(code) ?? -Infinity;
    this.#last.set(code, now);
    return now - before > SAME_TICKET_MS;
  }

  /** Let it be read again at once, since nobody knows what became of it. @param {string} text */
  forget(text) {
    this.#last.delete(sameCode(text));
  }
}

/** @param {any} body of a check-in @returns {Partial<Scan>} */
export const letIn = ({ seat, buyer_name: name, checked_in_at }) => ({
  answer: "yes",
  seat,
  name,
  usedAt: Date.parse(checked_in_at),
});

/**
 * @param {any} problem what the service answered instead, or that it did not answer
 * @param {{from: number, to: number} | undefined} unanswered when this door asked about the same code and
 *   got no answer, by the service's clock
 * @returns {Partial<Scan>}
 */
export function turnedAway(problem, unanswered) {
  if (problem.kind === "already-checked-in") {
    const usedAt = Date.parse(problem.body?.checked_in_at);
    const own = unanswered && usedAt > unanswered.from - SLACK_MS && usedAt < unanswered.to + SLACK_MS;
    return { answer: own ? "own" : "used", seat: problem.body?.seat, usedAt };
  }
  if (problem.kind === "no-such-ticket" || problem.status === 400) return { answer: "no" };
  return { answer: "unknown", problem };
}

/** The newest first, at most ten. @param {Scan[]} scans @param {Scan} scan @returns {Scan[]} */
export const withScan = (scans, scan) => [scan, ...scans].slice(0, KEPT);
