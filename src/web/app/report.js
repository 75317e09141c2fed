// The report of an event, read again when its seats have changed, and not more often than it is worth.

import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "./seller_api.js";

const AT_MOST_EVERY_MS = 5_000;

/**
 * @param {number} eventId
 * @param {string} changes another text whenever seats have changed
 * @returns {{report: any, problem: any}} the last report; a problem only while there is none
 */
export function useReport(eventId, changes) {
  const [found, setFound] = useState({ report: null, problem: null });
  const read = useRef(-Infinity);
  useEffect(() => {
    let latest = true;
    const wait = Math.max(0, read.current + AT_MOST_EVERY_MS - performance.now());
    const timer = setTimeout(async () => {
      read.current = performance.now();
      try {
        const report = await api.report(eventId);
        if (latest) setFound({ report, problem: null });
      } catch (problem) {
        if (latest) setFound((now) => ({ ...now, problem: now.report ? null : problem }));
      }
    }, wait);
    return () => {
      latest = false;
      clearTimeout(timer);
    };
  }, [eventId, changes]);
  return found;
}
