// The tickets of an order that is bought. A page that has them keeps them: the network may be gone
// when they are shown at the door.

import { useEffect, useState } from "preact/hooks";
import * as api from "./api.js";
import { whenShownAgain } from "./tabs.js";

const WHILE_SHOWN_MS = 5_000;

/**
 * @param {string} id of an order that is bought
 * @param {boolean} shown read again and again, so that the door's yes is seen
 * @returns {{tickets: any[] | null, problem: any}}
 */
export function useTickets(id, shown) {
  const [tickets, setTickets] = useState(/** @type {any[] | null} */ (null));
  const [problem, setProblem] = useState(/** @type {any} */ (null));

  async function read() {
    try {
      setTickets(await api.tickets(id));
      setProblem(null);
    } catch (failure) {
      setProblem(failure);
    }
  }

  useEffect(() => {
    read();
    return whenShownAgain(read);
  }, [id]);
  const unused = tickets?.some((ticket) => !ticket.checked_in_at) ?? false;
  useEffect(() => {
    if (!shown || !unused) return undefined;
    const timer = setInterval(() => {
      if (!document.hidden) read();
    }, WHILE_SHOWN_MS);
    return () => clearInterval(timer);
  }, [shown, unused]);
  return { tickets, problem };
}
