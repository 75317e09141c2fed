// The seats a buyer has picked: kept for the way to the sign-in page and back, and looked after where they
// are not on screen.

import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "./api.js";
import { applySeats } from "./model/seats.js";
import { subsectionKey } from "./model/venue.js";
import { load, save } from "./storage.js";

/**
 * @typedef {import("./model/seats.js").Seat} Seat
 * @param {number} eventId
 */
export function usePicked(eventId) {
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
export function useOtherSubsections({ eventId, picked, venue, plan, busy, onPlan }) {
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
