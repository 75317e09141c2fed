// The seats that a seller has taken off sale, and those picked to be taken or put back.

import { useEffect, useState } from "preact/hooks";
import { announce } from "./announce.js";
import { seatName } from "./model/seats.js";
import * as api from "./seller_api.js";
import { useWords } from "./words/index.js";

const MOST_AT_ONCE = 1_000;

/** @typedef {import("./model/seats.js").Seat} Seat */

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

  const own = new Set(seats?.map(seatName));
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

  async function change(/** @type {() => Promise<any>} */ request, /** @type {string} */ saying, /** @type {string[]} */ names) {
    setBusy(true);
    setProblem(null);
    try {
      const answer = await request();
      await read();
      drop(names);
      announce(t(saying, { n: answer?.length ?? names.length }));
    } catch (failure) {
      drop(failure.seats ?? []);
      setProblem(failure);
    }
    setBusy(false);
  }

  const drop = (/** @type {string[]} */ names) =>
    setPicked((now) => new Map([...now].filter(([name]) => !names.includes(name))));

  return {
    seats,
    picked,
    toTake,
    toFree,
    problem,
    busy,
    pick,
    clear: () => setPicked(new Map()),
    /** What each seat means here, by name. @type {Map<string, "picked" | "held">} */
    marks: new Map([...[...own].map((name) => [name, "held"]), ...[...picked.keys()].map((name) => [name, "picked"])]),
    take: () => change(() => api.takeHouseSeats(eventId, { seats: toTake }), "house.taken", toTake),
    takeArea: (/** @type {{section: string, subsection: number}} */ { section, subsection }) =>
      change(() => api.takeHouseSeats(eventId, { section, subsection }), "house.taken", []),
    free: (/** @type {string[]} */ names) =>
      change(() => api.freeHouseSeats(eventId, { seats: names }).then(() => names), "house.freed", names),
  };
}
