// A buyer's own place in a waiting line. It is asked for once, and again only when something is done
// about it or its turn has come.

import { useEffect, useState } from "preact/hooks";
import * as api from "./api.js";
import { hearTabs, tellTabs } from "./tabs.js";

const KIND = "place";
const ASK_AGAIN_MS = 2_000;

/**
 * @typedef {{event_id: number, state: "gathering" | "waiting" | "admitted" | "passed" | "over",
 *            entry: number, number?: number, pass_until?: string}} Place
 */

/** @param {number} eventId @param {boolean} wanted */
export function usePlace(eventId, wanted) {
  const [place, setPlace] = useState(/** @type {Place | null | undefined} */ (undefined));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const [busy, setBusy] = useState(false);

  async function become(/** @type {() => Promise<Place | null>} */ action) {
    setBusy(true);
    setProblem(null);
    try {
      setPlace(await action());
    } catch (failure) {
      setProblem(failure);
    } finally {
      setBusy(false);
    }
  }

  const read = () => become(() => api.place(eventId));
  useEffect(() => {
    if (!wanted) return undefined;
    read();
    return hearTabs(KIND, (changed) => changed === eventId && read());
  }, [eventId, wanted]);

  /** Do something about it, here and in the other tabs. */
  const change = (/** @type {() => Promise<Place | null>} */ action) =>
    become(action).then(() => tellTabs(KIND, eventId));

  return {
    /** null for who is not in line, undefined while that is not known */
    place: wanted ? place : undefined,
    problem,
    busy,
    read,
    join: () => change(() => api.joinLine(eventId)),
    leave: () => change(() => api.leaveLine(eventId).then(() => null)),
    joinAgain: () => change(() => api.leaveLine(eventId).then(() => api.joinLine(eventId))),
  };
}

/**
 * Once it is this buyer's turn: ask for the pass, until it is known whether there is one.
 * @param {boolean} isTurn @param {ReturnType<typeof usePlace>} own
 */
export function useTurn(isTurn, own) {
  const waits = own.place?.state === "gathering" || own.place?.state === "waiting";
  useEffect(() => {
    if (!isTurn || !waits) return undefined;
    let timer = 0;
    let stopped = false;
    async function ask() {
      await own.read();
      if (!stopped) timer = setTimeout(ask, ASK_AGAIN_MS);
    }
    ask();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [isTurn, waits]);
}
