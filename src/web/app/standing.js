// Where a buyer stands in a waiting line: worked out here, from their place and from what the line's
// stream says to everybody, so that nobody asks the service while they wait.

import { useEffect, useMemo, useState } from "preact/hooks";
import { aheadOf, numberOf, observe, progressOf, viewOf, waitOf } from "./model/line.js";
import { load, save } from "./storage.js";

/**
 * @typedef {{view: ReturnType<typeof viewOf>, number: number | null, ahead: number, progress: number,
 *            waitSeconds: number}} Standing the last three count while the view is "waiting"
 * @param {number} eventId
 * @param {import("./place.js").Place | null | undefined} place
 * @param {import("./model/line.js").Line | null} line
 * @param {any} terms the event's `admission`
 * @returns {Standing | null} null while the place or the line is not known
 */
export function useStanding(eventId, place, line, terms) {
  const moments = useMoments(line?.phase === "open" ? line.serving : null);
  const { entry } = place ?? {};
  const { phase, gathered, seed } = line ?? {};
  const number = useMemo(
    () => (entry && line ? numberOf(entry, line) : null),
    [entry, phase, gathered, seed],
  );
  const start = useStart(eventId, entry, number === null ? null : line?.serving);
  if (place === undefined || !line) return null;
  const view = viewOf(place, line, number);
  if (view !== "waiting") return { view, number, ahead: 0, progress: 0, waitSeconds: 0 };
  const { serving } = line;
  return {
    view,
    number,
    ahead: aheadOf(number, serving),
    progress: progressOf(start, serving, number),
    waitSeconds: waitOf(number, serving, terms, moments),
  };
}

/** How far the line was, and when, in the last minutes. @param {number | null} serving */
function useMoments(serving) {
  const [moments, setMoments] = useState(/** @type {import("./model/line.js").Moment[]} */ ([]));
  useEffect(() => {
    if (serving !== null) setMoments((now) => observe(now, { at: Date.now(), serving }));
  }, [serving]);
  return moments;
}

/** Who was served when this place was first seen here, also after the page was loaded again. */
function useStart(eventId, entry, serving) {
  return useMemo(() => {
    if (serving == null) return 0;
    const key = `line-start:${eventId}:${entry}`;
    const known = load(key);
    if (known === null) save(key, String(serving));
    return Math.min(Number(known ?? serving), serving);
  }, [eventId, entry, serving == null]);
}
