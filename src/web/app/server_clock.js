// The service's time, as near as its Date headers tell. Deadlines are the service's, so a wrong
// clock on this machine must not move a countdown.

// A Date header is cut to the second, and a server may renew it only once a second.
const HEADER_SLACK_MS = 2_000;

export class ServerClock {
  #earliest = -Infinity;
  #latest = Infinity;

  /**
   * Take in one answer. Each narrows the interval in which the offset must lie; one that
   * contradicts it (this machine's clock was set) starts it afresh.
   * @param {string | null} date the answer's Date header
   * @param {number} sentAt @param {number} receivedAt this machine's clock, milliseconds
   */
  observe(date, sentAt, receivedAt) {
    const stamp = Date.parse(date ?? "");
    if (Number.isNaN(stamp)) return;
    const earliest = stamp - receivedAt;
    const latest = stamp + HEADER_SLACK_MS - sentAt;
    this.#earliest = Math.max(this.#earliest, earliest);
    this.#latest = Math.min(this.#latest, latest);
    if (this.#earliest > this.#latest) {
      this.#earliest = earliest;
      this.#latest = latest;
    }
  }

  /** Milliseconds to add to this machine's clock; 0 while the two agree as far as can be seen. */
  get offset() {
    if (this.#earliest <= 0 && this.#latest >= 0) return 0;
    return (this.#earliest + this.#latest) / 2;
  }

  now() {
    return Date.now() + this.offset;
  }
}

export const serverClock = new ServerClock();
