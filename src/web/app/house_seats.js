// The seats that a seller has taken off sale, and those picked to be taken or put back.

import { useEffect, useMemo, useState } from "preact/hooks";
import { announce } from "./announce.js";
import { seatName } from "./model/seats.js";
import { subsectionKey } from "./model/venue.js";
import * as api from "./seller_api.js";
import { useWords } from "./words/index.js";

const MOST_AT_ONCE = 1_000;

/**
 * @typedef {import("./model/seats.js").Seat} Seat
 * @typedef {{section: string, subsection: number}} Area
 */

/** @param {number} eventId */
export function useHouseSeats(eventId) {
  const { t } = useWords();
  const [seats, setSeats] = useState(/** @type {Seat[] | null} */ (null));
  const [picked, setPicked] = useState(/** @type {Map<string, Seat>} */ (new Map()));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const [busy, setBusy] = useState(false);
  const read = async () => setSeats(await api.houseSeats(eventId));
  useEffect(() => {
    read().catch(setProblem);
  }, [eventId]);

  const own = useMemo(() => new Set(seats?.map(seatName)), [seats]);
  const marks = useMemo(() => marksOf(own, picked), [own, picked]);
  const toTake = [...picked.keys()].filter((name) => !own.has(name));
  const toFree = [...picked.keys()].filter((name) => own.has(name));

  /** A free seat, or a house seat, is picked or dropped; any other has an owner. */
  function pick(/** @type {Seat} */ seat, /** @type {string} */ state) {
    const name = seatName(seat);
    if (!picked.has(name) && state !== "available" && !own.has(name)) return;
    setProblem(null);
    setPicked((now) => {
      const next = new Map(now);
      if (!next.delete(name) && next.size < MOST_AT_ONCE) next.set(name, seat);
      return next;
    });
  }

  /**
   * @param {() => Promise<number>} request answers how many seats it changed
   * @param {string} saying what is told then
   * @param {(name: string, seat: Seat) => boolean} isDone the picks that have done their duty
   */
  async function change(request, saying, isDone) {
    setBusy(true);
    setProblem(null);
    try {
      const n = await request();
      drop(isDone);
      announce(t(saying, { n }));
    } catch (failure) {
      const taken = new Set(failure.seats ?? []);
      drop((name) => taken.has(name));
      setProblem(failure);
    }
    // Also when no answer came: it may have been done.
    await read().catch(setProblem);
    setBusy(false);
  }

  const drop = (isDone) => setPicked((now) => new Map([...now].filter(([name, seat]) => !isDone(name, seat))));
  const take = async (wish) => (await api.takeHouseSeats(eventId, wish)).length;
  const free = async (wish, n) => {
    await api.freeHouseSeats(eventId, wish);
    return n;
  };
  const areaOf = (/** @type {Area} */ { section, subsection }) => ({ section, subsection });
  const isIn = (area) => (_, seat) => subsectionKey(seat) === subsectionKey(area);

  return {
    seats,
    picked,
    marks,
    toTake,
    toFree,
    problem,
    busy,
    pick,
    clear: () => setPicked(new Map()),
    take: () => change(() => take({ seats: toTake }), "house.taken", (name) => toTake.includes(name)),
    takeArea: (/** @type {Area} */ area) => change(() => take(areaOf(area)), "house.taken", isIn(area)),
    free: () => change(() => free({ seats: toFree }, toFree.length), "house.freed", (name) => toFree.includes(name)),
    /** All `n` that are off sale in an area. */
    freeArea: (/** @type {Area} */ area, /** @type {number} */ n) =>
      change(() => free(areaOf(area), n), "house.freed", isIn(area)),
  };
}

/** What each seat means here, by name. @returns {Map<string, "picked" | "held">} */
function marksOf(/** @type {Set<string>} */ own, /** @type {Map<string, Seat>} */ picked) {
  const marks = new Map([...own].map((name) => [name, /** @type {"picked" | "held"} */ ("held")]));
  for (const name of picked.keys()) marks.set(name, "picked");
  return marks;
}
