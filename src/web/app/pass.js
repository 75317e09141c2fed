// The pass that taking seats needs where an event has a waiting line.

import { useState } from "preact/hooks";
import { usePlace } from "./place.js";

/**
 * Whether a visitor may take seats of an event: anybody where there is no line, and else who has a pass.
 * @param {any} event as the service answers it, or null while it does not
 * @param {any} user
 */
export function usePass(event, user) {
  const needed = Boolean(event?.admission);
  const own = usePlace(event?.id, needed && user?.role === "buyer");
  const [lost, setLost] = useState(false);
  const until = own.place?.state === "admitted" && !lost ? own.place.pass_until : undefined;
  const asked = own.place !== undefined || own.problem !== null;
  return {
    needed,
    known: user === null || user?.role === "seller" || asked,
    until,
    mayReserve: !needed || until !== undefined,
    state: lost ? "passed" : own.place?.state,
    own,
    lose: () => setLost(true),
  };
}
