// Keeps the screen from going dark while something is held up for another to read.

import { useEffect } from "preact/hooks";

/** Where the browser cannot, or may not (a battery that is low), the screen does as it always does. */
export function useWakeLock(wanted) {
  useEffect(() => {
    if (!wanted || !navigator.wakeLock) return undefined;
    let lock = /** @type {WakeLockSentinel | null} */ (null);
    let stopped = false;
    async function hold() {
      if (document.hidden) return;
      const held = await navigator.wakeLock.request("screen").catch(() => null);
      if (stopped) held?.release();
      else lock = held;
    }
    hold();
    // The browser gives it back by itself when the page is hidden.
    document.addEventListener("visibilitychange", hold);
    return () => {
      stopped = true;
      document.removeEventListener("visibilitychange", hold);
      lock?.release();
    };
  }, [wanted]);
}
