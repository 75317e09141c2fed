// The seats of the areas that a map has in view and no stream brings: read once, and again when their
// counts have changed. Never more than a few at once, nothing for areas that have left the view.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import * as api from "./api.js";
import { applySeats } from "./model/seats.js";
import { subsectionKey } from "./model/venue.js";

const AT_ONCE = 3;
const AGAIN_MS = 1_500;
const KEPT = 64;

/** @typedef {import("./model/venue.js").Subsection} Subsection */

/**
 * The seats that are known of what a map has in view, those of the open area live.
 * @param {number} eventId
 * @param {import("./model/venue.js").Venue} venue
 * @param {{section: string, subsection: number} | null} subsection the open one
 * @param {import("./model/seats.js").SeatPlan | null} live its seats
 * @returns {[Map<string, import("./model/seats.js").SeatPlan>, (areas: {key: string}[]) => void]}
 *   by subsection's key, and to be told what is in view, the most wanted first
 */
export function usePlans(eventId, venue, subsection, live) {
  const [inView, setInView] = useState(/** @type {string[]} */ ([]));
  const open = subsection && subsectionKey(subsection);
  const wanted = useMemo(() => {
    const now = new Map(venue.subsections.map((one) => [subsectionKey(one), one]));
    return inView.flatMap((key) => (key === open ? [] : (now.get(key) ?? [])));
  }, [venue, inView, open]);
  const read = useSeatsInView(eventId, wanted);
  const plans = useMemo(() => (live ? new Map([...read, [open ?? "", live]]) : read), [read, live, open]);
  function onView(areas) {
    const keys = areas.map(({ key }) => key);
    setInView((before) => (before.join("\n") === keys.join("\n") ? before : keys));
  }
  return [plans, onView];
}

/**
 * @param {number} eventId
 * @param {Subsection[]} wanted those to be drawn, the most wanted first
 * @returns {Map<string, import("./model/seats.js").SeatPlan>} by key, those that are known
 */
function useSeatsInView(eventId, wanted) {
  const [plans, setPlans] = useState(() => new Map());
  const reader = useRef(/** @type {SeatReader | null} */ (null));
  useEffect(() => {
    const read = async ({ section, subsection }, signal) =>
      applySeats(null, await api.seats(eventId, section, subsection, signal));
    reader.current = new SeatReader(read, setPlans);
    return () => reader.current?.stop();
  }, [eventId]);
  useEffect(() => reader.current?.want(wanted), [wanted]);
  return plans;
}

export class SeatReader {
  #read;
  #onPlans;
  #again;
  /** @type {Subsection[]} */
  #wanted = [];
  /** @type {Map<string, {plan: any, counts: string, at: number}>} */
  #known = new Map();
  /** @type {Map<string, AbortController>} */
  #underWay = new Map();
  #timer = 0;
  #stopped = false;

  /**
   * @param {(subsection: Subsection, signal: AbortSignal) => Promise<any>} read
   * @param {(plans: Map<string, any>) => void} onPlans told of all that is known, with each change
   * @param {number} [again] milliseconds between two readings of one subsection
   */
  constructor(read, onPlans, again = AGAIN_MS) {
    this.#read = read;
    this.#onPlans = onPlans;
    this.#again = again;
  }

  /** @param {Subsection[]} subsections with their counts as they are now */
  want(subsections) {
    this.#wanted = subsections;
    const keys = new Set(subsections.map(subsectionKey));
    for (const [key, reading] of this.#underWay) {
      if (!keys.has(key)) reading.abort();
    }
    this.#goOn();
  }

  stop() {
    this.#stopped = true;
    this.#wanted = [];
    clearTimeout(this.#timer);
    for (const reading of this.#underWay.values()) reading.abort();
  }

  #goOn() {
    clearTimeout(this.#timer);
    let soonest = Infinity;
    const now = performance.now();
    for (const subsection of this.#wanted) {
      const key = subsectionKey(subsection);
      const known = this.#known.get(key);
      if (this.#underWay.has(key) || known?.counts === countsOf(subsection)) continue;
      const wait = known ? known.at + this.#again - now : 0;
      if (wait > 0) soonest = Math.min(soonest, wait);
      else if (this.#underWay.size < AT_ONCE) this.#start(subsection, key);
      else break;
    }
    if (soonest < Infinity) this.#timer = setTimeout(() => this.#goOn(), soonest);
  }

  #plans() {
    const plans = new Map();
    for (const [key, { plan }] of this.#known) if (plan) plans.set(key, plan);
    return plans;
  }

  async #start(subsection, key) {
    const reading = new AbortController();
    this.#underWay.set(key, reading);
    const before = this.#known.get(key);
    try {
      const plan = await this.#read(subsection, reading.signal);
      this.#known.delete(key); // the newest is last
      // What was read may be newer than the counts that asked for it, never older.
      this.#known.set(key, { plan, counts: countsOf(subsection), at: performance.now() });
      for (const old of this.#known.keys()) {
        if (this.#known.size <= KEPT) break;
        this.#known.delete(old);
      }
      if (!this.#stopped) this.#onPlans(this.#plans());
    } catch {
      // It is read again in a while, if it is still wanted; an area without seats shows its counts.
      if (!reading.signal.aborted) {
        this.#known.set(key, { plan: before?.plan, counts: "", at: performance.now() });
      }
    } finally {
      this.#underWay.delete(key);
      if (!this.#stopped) this.#goOn();
    }
  }
}

const countsOf = ({ available, reserved, sold }) => `${available}:${reserved}:${sold}`;
