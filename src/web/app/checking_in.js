// Asking the service about codes at a door, one after the other or several at once.

import { useEffect, useRef, useState } from "preact/hooks";
import { giveSignal } from "./door_sound.js";
import { letIn, sameCode, signalOf, turnedAway, withScan } from "./model/door.js";
import { poll } from "./poll.js";
import * as api from "./seller_api.js";
import { serverClock } from "./server_clock.js";

/**
 * @param {number} eventId @param {boolean} sound
 * @param {(code: string) => void} onUnknown told of a code of which nobody knows what became of it
 */
export function useCheckingIn(eventId, sound, onUnknown) {
  const [scans, setScans] = useState(/** @type {import("./model/door.js").Scan[]} */ ([]));
  const [shown, setShown] = useState(/** @type {import("./model/door.js").Scan | null} */ (null));
  const [asking, setAsking] = useState(0);
  const made = useRef(0);
  const unanswered = useRef(/** @type {Map<string, {from: number, to: number}>} */ (new Map()));
  const loud = useRef(sound);
  loud.current = sound;

  async function check(/** @type {string} */ text) {
    const code = text.trim();
    if (!code) return;
    const key = sameCode(code);
    const from = serverClock.now();
    setShown(null);
    setAsking((count) => count + 1);
    let outcome;
    try {
      outcome = letIn(await api.checkIn(eventId, code));
    } catch (problem) {
      outcome = turnedAway(problem, unanswered.current.get(key));
    }
    setAsking((count) => count - 1);
    const at = serverClock.now();
    if (outcome.answer === "unknown") {
      unanswered.current.set(key, { from: unanswered.current.get(key)?.from ?? from, to: at });
      onUnknown(code);
    } else {
      unanswered.current.delete(key);
    }
    made.current += 1;
    const scan = /** @type {import("./model/door.js").Scan} */ ({ id: made.current, code, at, ...outcome });
    setScans((known) => withScan(known, scan));
    setShown(scan);
    giveSignal(signalOf(scan.answer), loud.current);
  }

  return { scans, shown, asking: asking > 0, check, dismiss: () => setShown(null) };
}

/**
 * Who is in, also through other doors; null while not known.
 * @param {number} eventId
 * @returns {{counts: {checked_in: number, sold: number} | null, lost: boolean}}
 */
export function useCounts(eventId) {
  const [counts, setCounts] = useState(/** @type {any} */ (null));
  const [lost, setLost] = useState(false);
  useEffect(() => poll(api.checkInPath(eventId), setCounts, setLost), [eventId]);
  return { counts, lost };
}
