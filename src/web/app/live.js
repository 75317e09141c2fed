// Hooks that keep a piece of state equal to what the service says, for as long as they are shown.

import { useEffect, useState } from "preact/hooks";
import * as api from "./api.js";
import { LiveStream } from "./live_stream.js";
import { poll } from "./poll.js";
import { applySeats } from "./model/seats.js";
import { applyVenue } from "./model/venue.js";
import { serverClock } from "./server_clock.js";

const FINAL = ["completed", "ended"];

/**
 * The counts of every subsection of an event, live.
 * @param {number} eventId
 * @returns {{state: import("./model/venue.js").Venue | null, connection: import("./live_stream.js").Connection}}
 */
export function useVenue(eventId) {
  return useStream(eventId, api.statusPath(eventId), applyVenue);
}

/**
 * The seats of one subsection, live; nothing while `subsection` is null.
 * @param {number} eventId
 * @param {{section: string, subsection: number} | null} subsection
 */
export function useSeats(eventId, subsection) {
  const path = subsection && api.seatsPath(eventId, subsection.section, subsection.subsection);
  return useStream(eventId, path, applySeats);
}

function useStream(eventId, path, apply) {
  const [live, setLive] = useState({ path, state: null, connection: "connecting" });
  useEffect(() => {
    if (!path) return undefined;
    setLive({ path, state: null, connection: "connecting" });
    const stream = new LiveStream(`${path}/sse?delta=true`, {
      onMessage: (message, whole) =>
        setLive((now) => ({ ...now, state: apply(whole ? null : now.state, message) })),
      onConnection: (connection) => setLive((now) => ({ ...now, connection })),
      check: () => stillChanges(eventId),
    });
    return () => stream.stop();
  }, [path]);
  return live.path === path ? live : { path, state: null, connection: "connecting" };
}

/**
 * A waiting line as everybody sees it, live, also while nobody looks at the page: a turn that comes
 * then must not be missed.
 * @param {number} eventId @param {boolean} wanted
 * @returns {{line: import("./model/line.js").Line | null, connection: import("./live_stream.js").Connection}}
 */
export function useLine(eventId, wanted) {
  const [live, setLive] = useState({ line: null, connection: "connecting" });
  useEffect(() => {
    if (!wanted) return undefined;
    const stream = new LiveStream(`${api.linePath(eventId)}/sse`, {
      onMessage: (line) => {
        setLive((now) => ({ ...now, line }));
        if (line.phase === "over") stream.stop();
      },
      onConnection: (connection) => setLive((now) => ({ ...now, connection })),
      check: () => stillChanges(eventId),
      whileHidden: true,
    });
    return () => stream.stop();
  }, [eventId, wanted]);
  return live.line?.phase === "over" ? { ...live, connection: "over" } : live;
}

/** Throws a Problem 404 for who may not watch, as nobody but its seller may watch a hidden event. */
async function stillChanges(eventId) {
  const { status, is_active: isActive } = await api.event(eventId);
  if (FINAL.includes(status)) return false;
  // Who has seats of a hidden event sees the event, and not its seats.
  if (!isActive) await api.counts(eventId);
  return true;
}

/**
 * The counts of every subsection, asked for while `shown`: for pages with many events, where a
 * stream each would use up the connections a browser allows.
 * @param {number} eventId @param {boolean} shown
 */
export function usePolledVenue(eventId, shown) {
  const [venue, setVenue] = useState(null);
  useEffect(() => {
    if (!shown) return undefined;
    return poll(api.statusPath(eventId), (message) => setVenue(applyVenue(null, message)));
  }, [eventId, shown]);
  return venue;
}

/** The service's time in milliseconds, renewed every second while `running`. */
export function useServerNow(running = true) {
  const [now, setNow] = useState(serverClock.now());
  useEffect(() => {
    if (!running) return undefined;
    const tick = () => setNow(serverClock.now());
    tick();
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}
