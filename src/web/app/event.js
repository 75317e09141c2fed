// The event itself, beside its live seats.

import { useEffect, useState } from "preact/hooks";
import * as api from "./api.js";

/**
 * Asked for at first, and again when its sale is over, or it is gone, and when it is back; only the latest
 * question's answer counts. An event that was there stays, beside the problem that it is gone.
 * @param {number} eventId
 * @param {boolean} over
 * @returns {[event: any, problem: any, setEvent: (event: any) => void]}
 */
export function useEvent(eventId, over) {
  const [event, setEvent] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  useEffect(() => {
    let latest = true;
    api.event(eventId).then(
      (found) => {
        if (!latest) return;
        setEvent(found);
        setProblem(null);
      },
      (failure) => latest && setProblem(failure),
    );
    return () => {
      latest = false;
    };
  }, [eventId, over]);
  return [event, problem, setEvent];
}
