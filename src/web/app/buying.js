// What a buyer does on an event's page: picks, holds, and what is said about them.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { announce } from "./announce.js";
import * as api from "./api.js";
import { applySeats, bestSeats, seatName, stepOf } from "./model/seats.js";
import { lost, toggle, totalOf, without, MOST_SEATS } from "./model/selection.js";
import { subsectionKey } from "./model/venue.js";
import { serverClock } from "./server_clock.js";
import { load, save } from "./storage.js";
import { problemText } from "./words/index.js";

const SUBSECTIONS_TO_TRY = 8;

/**
 * @typedef {import("./model/seats.js").Seat} Seat
 * @typedef {{tone: "good" | "bad", text: string, holdBest?: any}} Notice
 */

/**
 * @param {{eventId: number, user: any, words: any, venue: any, plan: any,
 *          openSubsection: (subsection: any) => void, onNotAdmitted: () => void}} page
 */
export function useBuying({ eventId, user, words, venue, plan, openSubsection, onNotAdmitted }) {
  const { t, money } = words;
  const [picked, setPicked, pickedNow] = usePicked(eventId);
  const [mine, setMine] = useState(/** @type {any[]} */ ([]));
  const [notice, setNotice] = useState(/** @type {Notice | null} */ (null));
  const [busy, setBusy] = useState(false);
  const [freshHold, setFreshHold] = useState("");
  const reserving = useRef(false);
  const isBuyer = user?.role === "buyer";

  // The list is asked for once. It may be answered late: what happened here since is newer.
  const loadMine = async () => {
    const all = await api.reservations();
    const listed = all.filter((reservation) => reservation.event_id === eventId);
    setMine((now) => withOlder(now, listed));
  };
  useEffect(() => {
    if (isBuyer) loadMine().catch(() => {});
  }, [isBuyer, eventId]);

  function say(tone, text, more = {}) {
    setNotice({ tone, text, ...more });
    announce(text);
  }

  /** Take seats that somebody else has out of the selection, and say so. */
  function drop(seats) {
    if (seats.length === 0) return;
    setPicked((now) => without(now, seats.map(seatName)));
    const names = seats.map((seat) => t("order.seat", plainNumbers(seat)));
    say("bad", t("order.lost", { n: seats.length, seats: names.join(", ") }));
  }

  // Our own reservation also comes back over the stream, before its answer or after it: while one is
  // under way a picked seat that is no longer available says nothing about anybody else.
  useEffect(() => {
    if (plan && !reserving.current) drop(lost(pickedNow.current, plan));
  }, [plan, busy]);
  useOtherSubsections({
    ...{ eventId, picked, venue, plan, busy },
    onPlan: (other) => {
      if (!reserving.current) drop(lost(pickedNow.current, other));
    },
  });

  /** Run one action of the buyer: one at a time, its problem told in words. */
  async function act(action, onProblem) {
    if (reserving.current) return;
    reserving.current = true;
    setBusy(true);
    setNotice(null);
    try {
      await action();
    } catch (problem) {
      if (problem.kind === "not-admitted") onNotAdmitted();
      if (!onProblem?.(problem)) say("bad", problemText(words, problem));
    } finally {
      reserving.current = false;
      setBusy(false);
    }
  }

  async function hold(wish) {
    const reservation = await api.reserve({ event_id: eventId, ...wish });
    setMine((now) => withOlder([reservation], now));
    setFreshHold(reservation.id);
    setPicked([]);
    const time = words.countdown(Date.parse(reservation.expires_at) - serverClock.now());
    announce(t("hold.reserved", { n: reservation.seats.length, time }));
  }

  const settle = (id, status) =>
    setMine((now) => now.map((held) => (held.id === id ? { ...held, status } : held)));

  return {
    picked,
    notice,
    busy,
    freshHold,
    isBuyer,
    holds: mine.filter(({ status }) => status === "reserved"),
    hasBought: mine.some(({ status }) => status === "confirmed"),
    marks: useMemo(() => marksOf(picked, mine), [picked, mine]),
    dismiss: () => setNotice(null),
    clear: () => setPicked([]),

    pick(seat, state) {
      const place = { row: String(seat.row), seat: String(seat.seat) };
      if (state !== "available" && state !== "picked") {
        announce(t("order.notFree", { ...place, state: t(`state.${state}`) }));
        return;
      }
      const next = toggle(picked, seat);
      if (!next) {
        say("bad", t("order.full", { most: MOST_SEATS }));
        return;
      }
      setPicked(next);
      setNotice(null);
      const key = next.length > picked.length ? "order.announcePick" : "order.announceDrop";
      announce(t(key, { ...place, n: next.length, total: money(totalOf(next)) }));
    },

    putBack: (seat) => setPicked((now) => without(now, [seatName(seat)])),

    /** Pick the best seats of the wished subsection, section or anywhere, and show them. */
    findBest: (quantity, where) =>
      act(async () => {
        const best = await findBest({ eventId, venue, plan, quantity, where });
        if (!best) {
          say("bad", t("order.noneFound", { n: quantity }));
          return;
        }
        setPicked(best);
        openSubsection(best[0]);
        const total = money(totalOf(best));
        announce(t("order.found", { n: best.length, total }));
      }),

    reserve: () =>
      act(
        () => hold({ seats: picked.map(seatName) }),
        (problem) => {
          if (problem.status !== 409 || problem.seats.length === 0) return false;
          const { section, subsection } = picked[0];
          const taken = picked.filter((seat) => problem.seats.includes(seatName(seat)));
          drop(taken);
          setNotice((now) => ({
            .../** @type {Notice} */ (now),
            holdBest: { quantity: picked.length, section, subsection },
          }));
          return true;
        },
      ),

    holdBest: (wish) => act(() => hold(wish)),

    confirm: (id) =>
      act(async () => {
        await api.confirm(id);
        settle(id, "confirmed");
        say("good", t("hold.confirmed"));
      }),

    letGo: (id) =>
      act(async () => {
        await api.letGo(id);
        settle(id, "released");
        say("good", t("hold.released"));
      }),

    expire(id) {
      settle(id, "expired");
      say("bad", t("hold.expired"));
    },
  };
}

/** Picked seats outlive the page they were picked on, for the way to the sign-in page and back. */
function usePicked(eventId) {
  const key = `picked:${eventId}`;
  const [picked, draw] = useState(
    /** @returns {Seat[]} */ () => JSON.parse(load(key, sessionStorage) ?? "[]"),
  );
  // What is drawn may be older than what was just picked, and an answer may come in between: what
  // is picked by then counts.
  const now = useRef(picked);
  /** @param {Seat[] | ((now: Seat[]) => Seat[])} next */
  function setPicked(next) {
    now.current = typeof next === "function" ? next(now.current) : next;
    draw(now.current);
  }
  useEffect(() => {
    save(key, picked.length > 0 ? JSON.stringify(picked) : null, sessionStorage);
  }, [picked]);
  return /** @type {const} */ ([picked, setPicked, now]);
}

/**
 * Read picked seats of subsections that are not on screen again whenever the counts there change, but
 * not while we are the ones who change them.
 */
function useOtherSubsections({ eventId, picked, venue, plan, busy, onPlan }) {
  const others = new Map(picked.map((seat) => [subsectionKey(seat), seat]));
  if (plan) others.delete(subsectionKey(plan));
  const counts = [...others.keys()].map((key) => {
    const now = venue?.subsections.find((candidate) => subsectionKey(candidate) === key);
    return now ? `${key}:${now.available}:${now.reserved}:${now.sold}` : key;
  });
  useEffect(() => {
    if (busy) return;
    for (const { section, subsection } of others.values()) {
      api
        .seats(eventId, section, subsection)
        .then((message) => onPlan(applySeats(null, message)))
        .catch(() => {}); // the next change, or the reservation itself, will tell
    }
  }, [counts.join(), busy]);
}

/** One list of reservations; where both have the same one, the newer word counts. */
function withOlder(newer, older) {
  const known = new Set(newer.map(({ id }) => id));
  return [...newer, ...older.filter(({ id }) => !known.has(id))];
}

/** @returns {Map<string, "picked" | "held" | "bought">} by seat name */
function marksOf(picked, mine) {
  const marks = new Map(picked.map((seat) => [seatName(seat), "picked"]));
  for (const { status, seats } of mine) {
    const mark = { reserved: "held", confirmed: "bought" }[status];
    if (mark) for (const seat of seats) marks.set(seatName(seat), mark);
  }
  return marks;
}

/** Read the likely subsections in the venue's order; the one on screen needs no reading. */
async function findBest({ eventId, venue, plan, quantity, where }) {
  const likely = venue.subsections
    .filter(
      (subsection) =>
        subsection.available >= quantity &&
        (where.section === undefined || where.section === subsection.section) &&
        (where.subsection === undefined || where.subsection === subsection.subsection),
    )
    .slice(0, SUBSECTIONS_TO_TRY);
  let best = null;
  for (const subsection of likely) {
    const now =
      plan && subsectionKey(plan) === subsectionKey(subsection)
        ? plan
        : applySeats(null, await api.seats(eventId, subsection.section, subsection.subsection));
    const seats = bestSeats(now, quantity);
    if (seats.length < quantity) continue;
    const step = stepOf(now, seats);
    if (step === 0) return seats;
    if (!best || step < best.step) best = { step, seats };
  }
  return best && best.seats;
}

/** Row and seat numbers are names: they are written without separators. */
function plainNumbers(seat) {
  return { ...seat, row: String(seat.row), seat: String(seat.seat) };
}
