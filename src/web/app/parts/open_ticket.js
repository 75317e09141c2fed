// Which ticket is on the whole screen is part of the address: Back closes it, as people with a phone
// expect, and a link can open it.

import { useEffect, useRef, useState } from "preact/hooks";

export const ticketHash = (/** @type {number} */ at) => `#ticket-${at + 1}`;

const ticketOf = (/** @type {string} */ hash) => {
  const number = Number(hash.match(/^#ticket-([1-9]\d?)$/)?.[1]);
  return number ? number - 1 : null;
};

/** @returns {{at: number | null, move: (at: number) => void, close: () => void}} */
export function useOpenTicket() {
  const [at, setAt] = useState(() => ticketOf(location.hash));
  const openedHere = useRef(false);
  useEffect(() => {
    const follow = () => {
      openedHere.current = true;
      setAt(ticketOf(location.hash));
    };
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);

  function replace(hash) {
    history.replaceState(null, "", location.pathname + hash);
    setAt(ticketOf(hash));
  }
  return {
    at,
    move: (next) => replace(ticketHash(next)),
    close() {
      if (openedHere.current) history.back();
      else replace("");
    },
  };
}
