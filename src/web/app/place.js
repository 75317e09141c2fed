// A buyer's own place in a waiting line. It is asked for once, and again only when something is done
// about it or its turn has come.

import { useEffect, useState } from "preact/hooks";
import * as api from "./api.js";

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
    if (wanted) read();
  }, [eventId, wanted]);

  return {
    /** null for who is not in line, undefined while that is not known */
    place,
    problem,
    busy,
    read,
    join: () => become(() => api.joinLine(eventId)),
    leave: () => become(() => api.leaveLine(eventId).then(() => null)),
    joinAgain: () => become(() => api.leaveLine(eventId).then(() => api.joinLine(eventId))),
  };
}

/**
 * Whether a visitor may take seats of an event: anybody where there is no line, and else who has a pass.
 * @param {any} event as the service answers it, or null while it does not
 * @param {any} user
 */
export function usePass(event, user) {
  const needed = Boolean(event?.admission);
  const own = usePlace(event?.id, needed && user?.role === "buyer");
  const [lost, setLost] = useState(false);
  const until = own.place?.state === "admitted" && !lost ? own.place.pass_until : undefined;
  const asked = own.place !== undefined || own.problem !== null;
  return {
    needed,
    known: user === null || user?.role === "seller" || asked,
    until,
    mayReserve: !needed || until !== undefined,
    state: lost ? "passed" : own.place?.state,
    lose: () => setLost(true),
  };
}
