// The seats of areas as a map draws them: a row is a string with one letter for each seat. Beside those
// of a plan (a, r, s) there are p, h and b for what this buyer has picked, holds and has bought.

import { subsectionKey } from "./venue.js";

/** @typedef {"picked" | "held" | "bought"} Mark */

/**
 * @param {Map<string, Mark>} marks by seat name
 * @returns {Map<string, {row: number, seat: number, mark: Mark}[]>} by area's key
 */
export function marksByArea(marks) {
  const areas = new Map();
  for (const [name, mark] of marks) {
    const [, section, subsection, row, seat] = name.match(/^(.*)-(\d+)-(\d+)-(\d+)$/s) ?? [];
    if (section === undefined) continue;
    const key = subsectionKey({ section, subsection });
    if (!areas.has(key)) areas.set(key, []);
    areas.get(key).push({ row: Number(row), seat: Number(seat), mark });
  }
  return areas;
}

/**
 * @param {string[]} rows of a plan
 * @param {{row: number, seat: number, mark: Mark}[] | undefined} marks of its area
 * @returns {string[]} rows without a mark are the same value
 */
export function markedRows(rows, marks) {
  if (!marks) return rows;
  const marked = [...rows];
  for (const { row, seat, mark } of marks) {
    const letters = marked[row - 1];
    if (letters) marked[row - 1] = letters.slice(0, seat - 1) + mark[0] + letters.slice(seat);
  }
  return marked;
}

/** @type {Record<string, "available" | "reserved" | "sold" | Mark>} */
export const STATES = { a: "available", r: "reserved", s: "sold", p: "picked", h: "held", b: "bought" };
