// Read the same address again and again, cheaply: `If-None-Match`, only while the page is visible,
// and more slowly while it fails.

import { Problem, request } from "./http.js";

const EVERY_MS = 2_000;
const SLOWEST_MS = 30_000;

/**
 * @param {string} path
 * @param {(body: any) => void} onChange called with the first answer and each changed one
 * @param {(lost: boolean) => void} [onReach] told when answers stop coming and when they come again
 * @returns {() => void} stops the polling
 */
export function poll(path, onChange, onReach = () => {}) {
  let etag = "";
  let timer = 0;
  let every = EVERY_MS;
  let stopped = false;

  async function read() {
    clearTimeout(timer);
    try {
      const answer = await request(path, { headers: etag ? { "If-None-Match": etag } : {} });
      if (stopped) return;
      every = EVERY_MS;
      onReach(false);
      if (answer.status !== 304) {
        etag = answer.etag ?? "";
        onChange(answer.body);
      }
    } catch (problem) {
      if (problem instanceof Problem && problem.status === 404) stop();
      every = Math.max(Math.min(every * 2, SLOWEST_MS), 1000 * (problem.wait ?? 0));
      onReach(true);
    }
    if (!stopped && !document.hidden) timer = setTimeout(read, every);
  }

  function onVisibility() {
    clearTimeout(timer);
    if (!document.hidden) read();
  }

  function stop() {
    stopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", onVisibility);
  }

  document.addEventListener("visibilitychange", onVisibility);
  read();
  return stop;
}
