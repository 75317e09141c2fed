// Requests to the service's own API, and the one kind of error they end in.

import { pause } from "./pause.js";
import { serverClock } from "./server_clock.js";

const TIMEOUT_MS = 15_000;
const LONGEST_WAIT_SECONDS = 5;

/** @type {Set<() => void>} */
const signedOutListeners = new Set();

/** @param {() => void} listener called when the service says that nobody is signed in */
export const onSignedOut = (listener) => signedOutListeners.add(listener);

/** An answer that is not a success. `status` is 0 when no answer came at all. */
export class Problem extends Error {
  /** @param {number} status @param {any} [body] @param {number} [wait] in seconds, if it said so */
  constructor(status, body, wait = 0) {
    super(body?.detail ?? body?.title ?? "");
    this.status = status;
    /** @type {string | undefined} the name in its type, as in "seats-taken" */
    this.kind = body?.type?.split(":").at(-1);
    this.wait = wait;
    /** @type {{loc: unknown, msg: string}[]} */
    this.errors = Array.isArray(body?.errors) ? body.errors : [];
    /** What came with it, for what only one page asks. @type {any} */
    this.body = body;
    /** @type {string[]} */
    this.seats = Array.isArray(body?.seats) ? body.seats : [];
    /** @type {number | undefined} how many seats the buyer holds, where that is the matter */
    this.held = body?.held;
    /** @type {number | undefined} */
    this.limit = body?.limit;
    /** @type {string | undefined} when a sale opens that has not yet */
    this.opensAt = body?.opens_at;
  }
}

/** When an answer was asked for: the page's HTML may have done that already, before any script ran. */
function askedAt(/** @type {string} */ url, /** @type {number} */ calledAt) {
  const [asked] = performance.getEntriesByName(url, "resource").slice(-1);
  const preloaded = asked instanceof PerformanceResourceTiming && asked.initiatorType === "link";
  return preloaded ? Math.min(calledAt, performance.timeOrigin + asked.startTime) : calledAt;
}

/**
 * @typedef {{status: number, body: any, etag: string | null, next: string | null}} Answer
 * @param {string} path
 * @param {{method?: string, body?: unknown, headers?: Record<string, string>, timeout?: number,
 *          signal?: AbortSignal}} [options] `signal` gives it up
 * @returns {Promise<Answer>} on 2xx and 304; any other outcome throws a Problem
 */
export async function request(path, { method = "GET", body, headers = {}, timeout = TIMEOUT_MS, signal } = {}) {
  const sentAt = Date.now();
  /** @type {Response} */
  let response;
  let parsed = null;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? headers : { "Content-Type": "application/json", ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      signal: AbortSignal.any([AbortSignal.timeout(timeout), ...(signal ? [signal] : [])]),
    });
    serverClock.observe(response.headers.get("Date"), askedAt(response.url, sentAt), Date.now());
    if (hasContent(response)) parsed = await response.json();
  } catch {
    throw new Problem(0);
  }
  if (!response.ok && response.status !== 304) {
    const problem = new Problem(response.status, parsed, Number(response.headers.get("Retry-After")));
    if (problem.kind === "not-signed-in") for (const listener of signedOutListeners) listener();
    throw problem;
  }
  return {
    status: response.status,
    body: parsed,
    etag: response.headers.get("ETag"),
    next: nextPage(response.headers.get("Link")),
  };
}

/** Not every answer without content says so in its type. @param {Response} response */
function hasContent({ status, headers }) {
  return ![204, 304].includes(status) && /\bjson\b/.test(headers.get("Content-Type") ?? "");
}

/** @param {string | null} link the value of a Link header @returns {string | null} */
function nextPage(link) {
  return link?.match(/<([^>]*)>;\s*rel="?next"?/)?.[1] ?? null;
}

/**
 * Repeat `attempt` while its outcome is unknown (no answer, or 503), as late as the service asks for. Only
 * for requests that are safe to repeat: reads, and writes that carry an idempotency key.
 * @template T
 * @param {() => Promise<T>} attempt
 * @param {{pauses?: number[], onWait?: (seconds: number) => void}} [how] `pauses`: milliseconds before each
 *   further try, at least; `onWait`: told when it takes long enough to be noticed
 * @returns {Promise<T>}
 */
export async function persist(attempt, { pauses = [300, 1200], onWait = () => {} } = {}) {
  for (const least of pauses) {
    try {
      return await attempt();
    } catch (problem) {
      if (!(problem instanceof Problem) || ![0, 503].includes(problem.status)) throw problem;
      // Who has to wait for longer is told, and decides.
      if (problem.wait > LONGEST_WAIT_SECONDS) throw problem;
      const wait = Math.max(least, 1000 * problem.wait * (1 + Math.random() / 4));
      if (wait >= 1000) onWait(Math.ceil(wait / 1000));
      await pause(wait);
    }
  }
  return attempt();
}

/** A fresh key; `crypto.randomUUID` is missing where the page is not a secure context. */
export function idempotencyKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
