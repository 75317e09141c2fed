// What a buyer does on an event's page: picks, holds, and what is said about them.

import { useEffect, useMemo, useState } from "preact/hooks";
import { useAction } from "./action.js";
import { announce } from "./announce.js";
import * as api from "./api.js";
import { unexplained } from "./model/reservation.js";
import { seatName, statusAt } from "./model/seats.js";
import { lost, toggle, totalOf, without, MOST_SEATS } from "./model/selection.js";
import { subsectionKey } from "./model/venue.js";
import { useMyReservations } from "./my_reservations.js";
import { pause } from "./pause.js";
import { useOtherSubsections, usePicked } from "./picked.js";
import { serverClock } from "./server_clock.js";
import { sayingOf } from "./words/problems.js";
import { moveSaying, seatSaying } from "./words/saying.js";

// A page's own reservation may come over the stream before its answer, or after it.
const SETTLE_AFTER_MS = 1_500;
const TABS_TELL_MS = 500;

/**
 * @typedef {import("./model/seats.js").Seat} Seat
 * @typedef {{tone: "good" | "bad", saying: import("./words/saying.js").Saying, holdBest?: any,
 *            needsSignIn?: boolean, gone?: Seat[], move?: import("./my_reservations.js").Move}} Notice
 */

/**
 * @param {{eventId: number, event: any, user: any, words: import("./words/index.js").Words, venue: any, plan: any,
 *          isClosed: boolean, openSubsection: (subsection: any, how?: any) => void, onNotAdmitted: () => void}} page
 */
export function useBuying({ eventId, event, user, words, venue, plan, isClosed, openSubsection, onNotAdmitted }) {
  const { t, money } = words;
  const [picked, setPicked, pickedNow] = usePicked(eventId);
  const [notice, setNotice] = useState(/** @type {Notice | null} */ (null));
  const [freshHold, setFreshHold] = useState("");
  const { busy, isUnderWay, run } = useAction();
  const [found, setFound] = useState(/** @type {Seat[] | null} */ (null));
  const isBuyer = user?.role === "buyer";
  const mine = useMyReservations(user);
  const ofEventNow = () => (mine?.list ?? []).filter(({ event_id }) => event_id === eventId);
  const ofEvent = ofEventNow();

  /** @param {Notice["tone"]} tone @param {import("./words/saying.js").Saying} saying */
  function say(tone, saying, more = {}) {
    setNotice({ tone, saying, ...more });
    announce(words.tell(saying));
  }

  useEffect(() => {
    if (isClosed) mine?.read();
  }, [mine, isClosed]);
  useEffect(() => {
    if (user) setNotice((now) => (now?.needsSignIn ? null : now));
  }, [user?.id]);

  // What happened elsewhere: in another tab, on another device, by the seller, by time.
  useEffect(
    () =>
      mine?.onMoves((moves) => {
        for (const move of moves.filter(({ after, here }) => !here && after.event_id === eventId)) {
          const { tone, saying } = moveSaying(move, event, isClosed);
          say(tone, saying, { move });
        }
      }),
    [mine, words, event, isClosed],
  );

  const stateOf = (seat) =>
    plan && subsectionKey(plan) === subsectionKey(seat) ? statusAt(plan, seat.row, seat.seat) : undefined;
  const odd = unexplained(ofEvent, stateOf, venue);
  useEffect(() => {
    if (odd.length === 0 || busy) return undefined;
    const ids = new Set(odd.map((seen) => seen.split(" ")[0]));
    const timer = setTimeout(() => ids.forEach((id) => mine?.settle(id)), SETTLE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [odd.join(), busy]);

  const isMine = (seat) =>
    ofEventNow().some(
      ({ status, seats }) =>
        (status === "reserved" || status === "confirmed") &&
        seats.some((own) => seatName(own) === seatName(seat)),
    );

  /** Take seats that are no longer available out of the selection, and say whose they are by now. */
  function drop(gone, more = {}) {
    setPicked((now) => without(now, gone.map(seatName)));
    const { tone, saying } = goneSaying(gone, event, isMine);
    const isAllMine = gone.every(isMine);
    say(tone, saying, { gone, ...(isAllMine ? {} : more) });
    if (!isAllMine) mine?.readSoon(); // another device of this buyer may have them
  }

  // Our own reservation also comes back over the stream, before its answer or after it: while one is
  // under way a picked seat that is no longer available says nothing about anybody else.
  async function check(seats) {
    if (isUnderWay() || lost(pickedNow.current, seats).length === 0) return;
    // Another tab of this buyer may have them, and be about to say so.
    if (mine) await pause(TABS_TELL_MS);
    const gone = lost(pickedNow.current, seats);
    if (gone.length > 0 && !isUnderWay()) drop(gone);
  }
  useEffect(() => {
    if (plan) check(plan);
  }, [plan, busy]);
  useOtherSubsections({ eventId, picked, venue, plan, busy, onPlan: check });

  /** Run one action of the buyer: one at a time, its problem told in words. */
  const act = (action, onProblem) =>
    run(async () => {
      setNotice(null);
      try {
        await action();
      } catch (problem) {
        if (problem.kind === "not-admitted") onNotAdmitted();
        if (!(await onProblem?.(problem))) tellProblem(problem);
      }
    });

  const tellProblem = (problem) =>
    say("bad", sayingOf(problem), { needsSignIn: problem.kind === "not-signed-in" });

  const tellOfWait = (seconds) =>
    setNotice({ tone: "bad", saying: { key: "problem.tryingAgain", values: { n: seconds } } });

  async function hold(wish) {
    const reservation = await api.reserve({ event_id: eventId, ...wish }, tellOfWait);
    setNotice(null);
    mine?.take(reservation);
    setFreshHold(reservation.id);
    setPicked([]);
    const time = words.countdown(Date.parse(reservation.expires_at) - serverClock.now());
    announce(t("hold.reserved", { n: reservation.seats.length, time }));
    return reservation;
  }

  /** After a lost answer: whether the picked seats are held. */
  async function findHold() {
    await mine?.read();
    const names = new Set(picked.map(seatName));
    const held = ofEventNow().find(
      ({ status, seats }) => status === "reserved" && seats.every((seat) => names.has(seatName(seat))),
    );
    if (!held) return false;
    setNotice(null);
    setFreshHold(held.id);
    setPicked([]);
    return true;
  }

  /** @param {Promise<import("./my_reservations.js").Outcome>} change @param {string} key when it is done */
  async function finish(change, key) {
    const { done, reservation, problem } = await change;
    if (done) say("good", { key });
    // What became of it instead was told when that was known.
    else if (!reservation || reservation.status === "reserved") throw problem;
  }

  return {
    picked,
    // The same value until something is different: each new one may take the focus.
    notice: useMemo(
      () => notice && { ...notice, ...knownByNow(notice, event, isClosed, isMine) },
      [notice, event, isClosed, mine?.list],
    ),
    busy,
    freshHold,
    /** the seats that the service chose at last: another list with each choice */
    found,
    isBuyer,
    /** Whether an answer about a hold was lost and the service is being asked. */
    asking: mine?.asking ?? false,
    holds: ofEvent.filter(({ status }) => status === "reserved"),
    bought: ofEvent.filter(({ status }) => status === "confirmed"),
    marks: useMemo(() => marksOf(picked, ofEvent), [picked, mine?.list]),
    dismiss: () => setNotice(null),
    clear: () => setPicked([]),

    pick(seat, state) {
      const place = { row: String(seat.row), seat: String(seat.seat) };
      if (state !== "available" && state !== "picked") {
        announce(t("order.notFree", { ...place, state: t(`state.${state}`) }));
        if (state === "reserved" || state === "sold") mine?.readSoon(); // on another device, perhaps
        return;
      }
      const next = toggle(picked, seat);
      if (!next) {
        say("bad", { key: "order.full", values: { most: MOST_SEATS } });
        return;
      }
      setPicked(next);
      setNotice(null);
      const key = next.length > picked.length ? "order.announcePick" : "order.announceDrop";
      announce(t(key, { ...place, n: next.length, total: money(totalOf(next)) }));
    },

    putBack: (seat) => setPicked((now) => without(now, [seatName(seat)])),

    reserve: () =>
      act(
        () => hold({ seats: picked.map(seatName) }),
        async (problem) => {
          if (problem.status === 0 || problem.kind === "outcome-unknown") return findHold();
          if (problem.kind !== "seats-taken") return false;
          const { section, subsection } = picked[0];
          const taken = picked.filter((seat) => problem.seats.includes(seatName(seat)));
          drop(taken, { holdBest: { quantity: picked.length, section, subsection } });
          return true;
        },
      ),

    /** Have the service choose and hold the best seats, and show them. */
    holdBest: (wish) =>
      act(async () => {
        const { seats } = await hold(wish);
        setFound(seats);
        const [{ section, subsection }] = seats;
        openSubsection({ section, subsection }, "is");
      }),

    confirm: (id) => act(() => finish(mine.confirm(id), "hold.confirmed")),
    letGo: (id) => act(() => finish(mine.letGo(id), "hold.released")),
    giveBack: (id, seat) => act(() => finish(mine.giveBack(id, seat), "hold.released")),
    settle: (id) => mine?.settle(id),
  };
}

/** Why a hold was released, and whose seats are, may be known only after it was told. */
function knownByNow({ move, gone }, event, isClosed, isMine) {
  if (move) return moveSaying(move, event, isClosed);
  return gone ? goneSaying(gone, event, isMine) : {};
}

/** @returns {{tone: "good" | "bad", saying: import("./words/saying.js").Saying}} */
function goneSaying(gone, event, isMine) {
  const others = gone.filter((seat) => !isMine(seat));
  const told = others.length > 0 ? others : gone;
  const values = { n: told.length, seats: told.map((seat) => seatSaying(seat, event)) };
  return others.length > 0
    ? { tone: "bad", saying: { key: "order.lost", values } }
    : { tone: "good", saying: { key: "order.alreadyYours", values } };
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
