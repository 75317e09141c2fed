// The reservations of who is signed in: on every page and in every tab what the service last said of them.
//
// Whatever shows or changes a buyer's own reservations does it through here and keeps no copy:
//
//   const mine = useMyReservations(user);
//   mine.list        newest first, as far as they are known
//   mine.isRead      whether the service has answered with all of them
//   mine.problem     why there is no newer answer, or null
//   mine.asking      whether an answer was lost and the service is being asked what has become of it
//   mine.read()      ask for all of them (done by itself at first, when the page is shown again, ...)
//   mine.readSoon()  the same without hurry: when somebody else, or this buyer elsewhere, was quicker
//   mine.settle(id)  ask for one of them, until the service answers (when a countdown ends, ...)
//   mine.take(reservation)                    an answer of the service from elsewhere: a new hold
//   mine.confirm(id), mine.letGo(id), mine.giveBack(id, seatName)
//                    -> {done, reservation, problem}; never throws. `done`: it is as was wanted, whoever
//                    did it; else `reservation` is what it is instead, and `problem` why
//   mine.onMoves(listener)                    told of [{before, after, here}]; `here`: done by this page
//
// The service decides what a reservation is. A lost answer, a refusal, and a countdown that ends lead to a
// question and never to a guess.

import { useLayoutEffect, useMemo, useState } from "preact/hooks";
import * as api from "./api.js";
import { isFurther, isOverdue, released, withoutSeat } from "./model/reservation.js";
import { seatName } from "./model/seats.js";
import { pause } from "./pause.js";
import { serverClock } from "./server_clock.js";
import { hearTabs, tellTabs, whenShownAgain } from "./tabs.js";

const KIND = "reservations";
const SOON_MS = 4_000;
const SELDOM_MS = 60_000;
const ASK_AGAIN_MS = [1_000, 2_000, 4_000, 8_000];

/**
 * @typedef {import("./model/reservation.js").Reservation} Reservation
 * @typedef {{before: Reservation | undefined, after: Reservation, here: boolean}} Move
 * @typedef {{done: boolean, reservation: Reservation | undefined, problem: any}} Outcome
 */

/** Whether it says nothing about what was asked, so that asking again may help. */
const isUnanswered = ({ status }) => status === 0 || status === 429 || status >= 500;
export class MyReservations {
  /** @type {Map<string, Reservation>} */
  #known = new Map();
  /** @type {Set<() => void>} */
  #watchers = new Set();
  /** @type {Set<(moves: Move[]) => void>} */
  #listeners = new Set();
  /** @type {Map<string, Promise<void>>} */
  #settling = new Map();
  #reading = Promise.resolve();
  /** @type {Promise<void> | null} */
  #queued = null;
  #unanswered = 0;
  #isSoon = false;

  /** @type {Map<string, (reservation: Reservation) => boolean>} what this page is doing now */
  #wanted = new Map();
  /** @type {Reservation[]} */
  list = [];
  isRead = false;
  /** @type {any} */
  problem = null;

  /**
   * @param {number} buyerId whose they are; what the service says of anybody else's is left out
   * @param {Pick<typeof api, "reservations" | "reservation" | "confirm" | "letGo" | "giveBack">} service
   */
  constructor(buyerId, service = api, wait = pause) {
    this.#buyerId = buyerId;
    this.#service = service;
    this.#wait = wait;
  }
  #buyerId;
  #service;
  #wait;

  get asking() {
    return this.#unanswered > 0;
  }

  /** Hear the other tabs, ask whenever something may have been missed. @returns {() => void} */
  follow() {
    const stops = [
      hearTabs(KIND, (reservations) => this.#takeAll(reservations, { here: false })),
      whenShownAgain(() => this.read()),
    ];
    this.read();
    return () => stops.forEach((stop) => stop());
  }

  /** @param {() => void} watcher called when anything is different @returns {() => void} */
  watch(watcher) {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** @param {(moves: Move[]) => void} listener @returns {() => void} */
  onMoves(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @returns {Promise<void>} done when an answer came that was asked for after this call, or none */
  read() {
    this.#queued ??= this.#reading.then(() => {
      this.#queued = null;
      this.#reading = this.#readAll();
      return this.#reading;
    });
    return this.#queued;
  }

  /** Within seconds, and at most once a minute: many pages may want this at the same moment. */
  async readSoon() {
    if (this.#isSoon) return;
    this.#isSoon = true;
    await this.#wait(SOON_MS * (0.2 + Math.random()));
    await this.read();
    await this.#wait(SELDOM_MS);
    this.#isSoon = false;
  }

  async #readAll() {
    try {
      const all = await this.#service.reservations();
      const isFirst = !this.isRead;
      this.isRead = true;
      this.problem = null;
      this.#takeAll(all, { here: false, tell: !isFirst, isNews: !isFirst });
    } catch (problem) {
      this.problem = problem;
      if (!this.isRead && isUnanswered(problem)) {
        this.#wait(Math.max(ASK_AGAIN_MS[2], 1000 * problem.wait)).then(() => this.read());
      }
    }
    this.#change();
  }

  /** @param {Reservation} reservation */
  take(reservation) {
    this.#takeAll([reservation], { here: true, tell: true });
  }

  #takeAll(reservations, { here, tell = false, isNews = true }) {
    /** @type {Move[]} */
    const moves = [];
    for (const after of reservations) {
      const before = this.#known.get(after.id);
      if (after.buyer_id !== this.#buyerId || (before && !isFurther(after, before))) continue;
      this.#known.set(after.id, after);
      moves.push({ before, after, here: here || Boolean(this.#wanted.get(after.id)?.(after)) });
    }
    if (moves.length === 0) return;
    if (tell) tellTabs(KIND, moves.map(({ after }) => after));
    this.#change();
    if (isNews) for (const listener of this.#listeners) listener(moves);
  }

  #change() {
    const newestFirst = (one, other) => Date.parse(other.created_at) - Date.parse(one.created_at);
    this.list = [...this.#known.values()].sort(newestFirst);
    for (const watcher of this.#watchers) watcher();
  }

  /** @param {string} id @returns {Promise<void>} */
  settle(id) {
    const settling =
      this.#settling.get(id) ?? this.#settle(id).finally(() => this.#settling.delete(id));
    this.#settling.set(id, settling);
    return settling;
  }

  async #settle(id) {
    let unanswered = false;
    for (let tries = 0; ; tries += 1) {
      let wait = ASK_AGAIN_MS[Math.min(tries, ASK_AGAIN_MS.length - 1)];
      try {
        this.#takeAll([await this.#service.reservation(id)], { here: false, tell: true });
        const known = this.#known.get(id);
        if (!known || !isOverdue(known, serverClock.now())) break;
      } catch (problem) {
        if (!isUnanswered(problem)) {
          if (problem.status === 404 && this.#known.delete(id)) this.#change();
          break;
        }
        if (!unanswered) this.#countUnanswered(1);
        unanswered = true;
        wait = Math.max(wait, 1000 * problem.wait);
      }
      await this.#wait(wait);
    }
    if (unanswered) this.#countUnanswered(-1);
  }

  #countUnanswered(change) {
    this.#unanswered += change;
    this.#change();
  }

  confirm(id) {
    return this.#act(id, () => this.#service.confirm(id), ({ status }) => status === "confirmed");
  }

  letGo(id) {
    const letGo = () => this.#service.letGo(id).then(() => released(this.#heldNow(id)));
    return this.#act(id, letGo, ({ status }) => status === "released");
  }

  /** @param {string} id @param {string} name the seat's */
  giveBack(id, name) {
    const giveBack = () =>
      this.#service.giveBack(id, name).then(() => withoutSeat(this.#heldNow(id), name));
    const isGone = ({ status, seats }) =>
      status === "released" ||
      (status === "reserved" && !seats.some((seat) => seatName(seat) === name));
    return this.#act(id, giveBack, isGone);
  }

  #heldNow(id) {
    return /** @type {Reservation} */ (this.#known.get(id));
  }

  /** @returns {Promise<Outcome>} */
  async #act(id, request, isDone) {
    let problem = null;
    this.#wanted.set(id, isDone);
    try {
      this.#takeAll([await request()], { here: true, tell: true });
    } catch (failure) {
      problem = failure;
      // Done, not done, or refused because of what somebody else did.
      if ([404, 409].includes(problem.status) || isUnanswered(problem)) await this.settle(id);
    } finally {
      this.#wanted.delete(id);
    }
    const reservation = this.#known.get(id);
    return { done: Boolean(reservation && isDone(reservation)), reservation, problem };
  }
}

/** Whatever of a page uses them uses the same. @type {{buyerId: number, mine: MyReservations, stop: () => void} | null} */
let ofThisPage = null;

function reservationsOf(buyerId) {
  if (ofThisPage?.buyerId !== buyerId) {
    ofThisPage?.stop();
    const mine = new MyReservations(buyerId);
    ofThisPage = { buyerId, mine, stop: mine.follow() };
  }
  return ofThisPage.mine;
}

/**
 * @param {{id: number, role: string} | null | undefined} user
 * @returns {MyReservations | null} null for who has none: anybody but a buyer
 */
export function useMyReservations(user) {
  const buyerId = user?.role === "buyer" ? user.id : 0;
  const mine = useMemo(() => (buyerId ? reservationsOf(buyerId) : null), [buyerId]);
  const [, draw] = useState(0);
  // In the same step as what was drawn: an answer that comes in between would not be.
  useLayoutEffect(() => mine?.watch(() => draw((times) => times + 1)), [mine]);
  return mine;
}
