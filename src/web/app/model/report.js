// Sales over time, as the service's report tells them and the live seats go on.

import { localOf } from "./zoned_time.js";

const HOUR_MS = 3_600_000;
const MOST_HOURS = 48;

/**
 * @typedef {{hour: string, orders: number, seats: number, revenue: number}} HourOfSales
 * @typedef {{time: number, sold: number}} Point
 */

/**
 * Seats sold up to each moment, as corners of a line. Within an hour nobody knows when, so it rises evenly.
 * @param {HourOfSales[]} hours in which something was sold, earliest first
 * @param {number} now milliseconds
 * @returns {Point[]}
 */
export function pointsOf(hours, now) {
  /** @type {Point[]} */
  const points = [];
  let sold = 0;
  for (const { hour, seats } of hours) {
    const start = Date.parse(hour);
    if (points.at(-1)?.time !== start) points.push({ time: start, sold });
    sold += seats;
    points.push({ time: Math.min(start + HOUR_MS, Math.max(start, now)), sold });
  }
  return points.length > 0 ? points : [{ time: now, sold: 0 }];
}

/**
 * The rows of the table: hours, or days of the event's zone when there are many.
 * @param {HourOfSales[]} hours @param {string} zone
 * @returns {{daily: boolean, rows: {time: number, orders: number, seats: number, revenue: number, sold: number}[]}}
 *   newest first; `sold`: all up to then
 */
export function salesTable(hours, zone) {
  const daily = hours.length > MOST_HOURS;
  const rows = new Map();
  let sold = 0;
  for (const { hour, orders, seats, revenue } of hours) {
    const time = Date.parse(hour);
    const key = daily ? localOf(time, zone).local.slice(0, 10) : time;
    const row = rows.get(key) ?? { time, orders: 0, seats: 0, revenue: 0, sold: 0 };
    sold += seats;
    rows.set(key, {
      time: row.time,
      orders: row.orders + orders,
      seats: row.seats + seats,
      revenue: row.revenue + revenue,
      sold,
    });
  }
  return { daily, rows: [...rows.values()].reverse() };
}
