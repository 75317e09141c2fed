// What a buyer can do about a hold, on a page that shows it by itself.

import { useState } from "preact/hooks";
import { useAction } from "./action.js";

/**
 * @param {import("./my_reservations.js").MyReservations} mine
 * @param {string} id
 */
export function useHold(mine, id) {
  const { busy, run } = useAction();
  const [problem, setProblem] = useState(/** @type {any} */ (null));

  /** @param {() => Promise<import("./my_reservations.js").Outcome>} change */
  const act = (change) =>
    run(async () => {
      setProblem(null);
      const outcome = await change();
      // What it has become instead is there to be seen.
      const isSettled = outcome.reservation && outcome.reservation.status !== "reserved";
      if (!outcome.done && !isSettled) setProblem(outcome.problem);
    });

  return {
    problem,
    busy,
    confirm: () => act(() => mine.confirm(id)),
    release: () => act(() => mine.letGo(id)),
    releaseSeat: (/** @type {string} */ seat) => act(() => mine.giveBack(id, seat)),
    expire: () => mine.settle(id),
  };
}
