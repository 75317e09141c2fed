// The time that is left to a moment of the service's, and a word when it becomes short.

import { useEffect } from "preact/hooks";
import { announce } from "../announce.js";
import { html } from "../html.js";
import { useServerNow } from "../live.js";
import { useWords } from "../words/index.js";

const SAID_AT_SECONDS = [300, 60, 30];

/**
 * @param {{until: string, onEnd?: () => void, soon?: string}} props `until` in the service's time;
 *   `soon`: what is said when little time is left
 */
export function Countdown({ until, onEnd, soon = "hold.soon" }) {
  const words = useWords();
  const { t, countdown, time } = words;
  const end = Date.parse(until);
  const left = end - useServerNow();
  const over = left <= 0;
  const seconds = Math.ceil(left / 1000);
  useEffect(() => {
    if (over) onEnd?.();
  }, [over]);
  useEffect(() => {
    if (SAID_AT_SECONDS.includes(seconds)) announce(t(soon, { time: countdown(left) }));
  }, [seconds]);
  return html`
    <p class="countdown" role="timer" aria-live="off" data-soon=${seconds <= 60 ? "yes" : "no"}>
      <strong>${t("hold.left", { time: countdown(left) })}</strong>
      <span>${t("hold.until", { time: time(end) })}</span>
    </p>
  `;
}
