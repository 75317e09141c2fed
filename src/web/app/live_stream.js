// One server-sent-event stream that stays right by itself.
//
// The first message of every connection is the whole state, so opening again repairs everything.
// EventSource gives up for good on an HTTP error, as a restarting server answers, and keeps trying
// for ever when a finished event ends its stream; so this class decides itself: it asks `check`
// what has happened and opens again, waiting longer each time.

import { Problem } from "./http.js";

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8_000;
const HIDDEN_GRACE_MS = 10_000;

/**
 * @typedef {"connecting" | "live" | "reconnecting" | "over" | "gone"} Connection
 * `over`: the event is completed or ended, and the last state stays; `gone`: there is no such event for who
 * watches, for now: it may be hidden, so it is asked for again when the page is shown again
 */

export class LiveStream {
  /** @type {EventSource | null} */
  #source = null;
  #timer = 0;
  #hideTimer = 0;
  #wait = FIRST_WAIT_MS;
  #stopped = new AbortController();
  /** @type {Connection} */
  #connection = "connecting";

  /**
   * @param {string} address the stream's
   * @param {{
   *   onMessage: (message: any, whole: boolean) => void,
   *   onConnection: (connection: Connection) => void,
   *   check: () => Promise<boolean>,
   *   whileHidden?: boolean,
   * }} handlers `check` tells whether the event still changes; a Problem 404 says it is gone.
   *   `whileHidden`: the stream goes on while nobody looks at the page
   */
  constructor(address, { onMessage, onConnection, check, whileHidden = false }) {
    this.address = address;
    this.onMessage = onMessage;
    this.onConnection = onConnection;
    this.check = check;
    this.whileHidden = whileHidden;
    const { signal } = this.#stopped;
    addEventListener("pagehide", () => this.#rest(), { signal });
    addEventListener("pageshow", () => this.#resume(), { signal });
    addEventListener("online", () => this.#again(0), { signal });
    document.addEventListener("visibilitychange", () => this.#onVisibility(), { signal });
    if (!this.#asleep) this.#open();
  }

  stop() {
    this.#stopped.abort();
    clearTimeout(this.#hideTimer);
    this.#rest();
  }

  #open() {
    const source = new EventSource(this.address);
    this.#source = source;
    const take = (whole) => (event) => {
      this.#wait = FIRST_WAIT_MS;
      this.onMessage(JSON.parse(event.data), whole);
      this.#tell("live");
    };
    source.addEventListener("initial_status", take(true));
    source.addEventListener("status_update", take(false));
    source.addEventListener("message", take(true));
    source.addEventListener("error", () => this.#onError());
  }

  async #onError() {
    this.#rest();
    if (this.#connection === "live") this.#tell("reconnecting");
    const found = await this.#runCheck();
    if (this.#stopped.signal.aborted) return;
    if (found === "changing") this.#again(this.#nextWait());
    else this.#tell(found);
  }

  /** @returns {Promise<"changing" | "over" | "gone">} no answer counts as still changing */
  async #runCheck() {
    try {
      return (await this.check()) ? "changing" : "over";
    } catch (problem) {
      if (!(problem instanceof Problem)) return "changing";
      this.#wait = Math.max(this.#wait, 1000 * problem.wait);
      return problem.status === 404 ? "gone" : "changing";
    }
  }

  /** Open again after `wait` milliseconds, unless the stream is open, finished or stopped. */
  #again(wait) {
    if (this.#source || this.#finished || this.#stopped.signal.aborted || this.#asleep) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.#source) this.#open();
    }, wait);
  }

  /** Spread over half the wait, so that a restarted server is not met by everyone at once. */
  #nextWait() {
    const wait = this.#wait * (0.75 + Math.random() / 2);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
    return wait;
  }

  #rest() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #resume() {
    this.#again(0);
  }

  /** A browser allows a host six connections for all its tabs: a hidden page gives its own back. */
  #onVisibility() {
    clearTimeout(this.#hideTimer);
    if (this.#asleep) this.#hideTimer = setTimeout(() => this.#rest(), HIDDEN_GRACE_MS);
    else this.#resume();
  }

  get #asleep() {
    return document.hidden && !this.whileHidden;
  }

  get #finished() {
    return this.#connection === "over";
  }

  /** @param {Connection} connection */
  #tell(connection) {
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.onConnection(connection);
  }
}
