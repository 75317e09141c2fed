// The events that orders belong to: each is asked for once, however many orders it has.

import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "./api.js";

/**
 * @param {number[]} ids
 * @returns {Map<number, any>} by id; null for one that this buyer cannot read
 */
export function useEvents(ids) {
  const asked = useRef(/** @type {Set<number>} */ (new Set()));
  const [events, setEvents] = useState(/** @type {Map<number, any>} */ (new Map()));
  useEffect(() => {
    for (const id of ids) {
      if (asked.current.has(id)) continue;
      asked.current.add(id);
      const take = (event) => setEvents((now) => new Map(now).set(id, event));
      api.event(id).then(take, () => take(null));
    }
  }, [ids.join()]);
  return events;
}
