// Where every seat of an event is: areas as bent blocks on arcs around the stage, the sections in the
// configuration's order from the front to the back. The unit of length is the distance between two
// seats. The arcs' common centre is 0,0; y grows away from the stage, and a seat's angle from the y axis.

import { areaName } from "./venue.js";

/**
 * @typedef {{rows: number, cols: number, sections: {name: string, price: number, subsections: number}[]}} Seating
 * @typedef {{key: string, name: string, section: string, subsection: number, undivided: boolean,
 *            price: number, index: number, radius: number, middle: number}} Area `name`: for short; `undivided`: it
 *   is all of its section; `radius`: of its first row; `middle`: its angle
 * @typedef {{radius: number, slot: number, first: number, count: number}} Band areas side by side
 * @typedef {{left: number, top: number, right: number, bottom: number}} Box
 * @typedef {{radius: number, half: number, depth: number}} Stage its front is an arc, its back is straight
 * @typedef {{rows: number, cols: number, areas: Area[], bands: Band[], byKey: Map<string, Area>,
 *            stage: Stage, box: Box}} House
 * @typedef {{x: number, y: number}} Point
 */

const AISLE = 2.5;
const BETWEEN_ROWS_OF_AREAS = 3;
const BETWEEN_SECTIONS = 4;
/** An area never bends by more than this (radians). */
const MOST_BENT = 0.8;
const FANS = [0.9, 1.2, 1.6, 2];
/** A section of no more areas than this is better not divided into several arcs. */
const ONE_ARC = 16;
const RADIUS_STEP = 1.3;
const RADIUS_STEPS = 22;
/** A band that is not full is spread by so much at most. */
const SPREAD = 1.3;

/**
 * The house that shows its seats largest on a screen of this form.
 * @param {Seating} seating
 * @param {number} [aspect] the screen's width divided by its height
 * @returns {House}
 */
export function houseOf(seating, aspect = 1.5) {
  const { rows, cols, sections } = seating;
  const seats = sections.reduce((sum, { subsections }) => sum + subsections * rows * cols, 0);
  const smallest = Math.max((cols + AISLE) / MOST_BENT, 6, 0.3 * Math.sqrt(seats));
  let best = null;
  for (const fan of FANS) {
    let radius = smallest;
    for (let step = 0; step < RADIUS_STEPS; step += 1, radius *= RADIUS_STEP) {
      const plan = pack(seating, fan, radius);
      if (!best || plan.merit(aspect) > best.merit) best = { ...plan, merit: plan.merit(aspect) };
      if (plan.bands.length === 1) break; // further away it would be the same, and smaller
    }
  }
  const { bands } = /** @type {any} */ (best);
  const areas = [];
  let band = 0;
  for (const { name, price, subsections } of sections) {
    for (let number = 1; number <= subsections; number += 1) {
      const index = areas.length;
      while (index >= bands[band].first + bands[band].count) band += 1;
      const { radius, slot, first, count } = bands[band];
      areas.push({
        key: `${name}/${number}`,
        name: areaName({ section: name, subsection: number }, subsections === 1),
        ...{ section: name, subsection: number, undivided: subsections === 1, price, index, radius },
        middle: (index - first - (count - 1) / 2) * slot,
      });
    }
  }
  const byKey = new Map(areas.map((area) => [area.key, area]));
  const box = boxOf(bands, rows, cols);
  const stage = stageOf(bands[0], cols, box);
  return { rows, cols, areas, bands, byKey, stage, box: { ...box, top: topOf(stage, box) } };
}

/** @param {any} event an EventResponse @returns {Seating} */
export function seatingOfEvent(event) {
  const { rows, cols, sections } = event.seating_config;
  const counted = sections.map(({ name, price, subsections }) => ({
    ...{ name, price },
    subsections: subsections.length,
  }));
  return { rows, cols, sections: counted };
}

/** @param {House} house @param {Area} area @param {number} row @param {number} seat @returns {Point} */
export function placeOfSeat({ cols }, area, row, seat) {
  const radius = area.radius + row - 1;
  const angle = area.middle + (seat - (cols + 1) / 2) / radius;
  return { x: radius * Math.sin(angle), y: radius * Math.cos(angle) };
}

/**
 * The area at a point, found by arithmetic.
 * @param {House} house @param {Point} point
 * @param {number} [slack] how far beside an area still counts
 * @returns {Area | null}
 */
export function areaAt({ bands, areas, rows, cols }, { x, y }, slack = 0.5) {
  const radius = Math.hypot(x, y);
  const angle = Math.atan2(x, y);
  let found = null;
  let nearest = slack;
  // Only the last band that begins before the point, and the one after it, can be near enough.
  const last = lastBefore(bands, radius);
  for (const band of [bands[last], bands[last + 1]]) {
    if (!band) continue;
    const beside = Math.max(band.radius - radius, radius - (band.radius + rows - 1), 0);
    if (beside > nearest) continue;
    const place = Math.round(angle / band.slot + (band.count - 1) / 2);
    const area = areas[band.first + Math.min(band.count - 1, Math.max(0, place))];
    const across = Math.abs(angle - area.middle) * radius - (cols - 1) / 2;
    if (across > slack) continue;
    found = area;
    nearest = beside;
  }
  return found;
}

/**
 * The seat at a point: the nearest one of the area there.
 * @param {House} house @param {Point} point
 * @returns {{area: Area, row: number, seat: number} | null}
 */
export function seatAt(house, point) {
  const area = areaAt(house, point);
  if (!area) return null;
  const { rows, cols } = house;
  const radius = Math.hypot(point.x, point.y);
  const row = Math.min(rows, Math.max(1, Math.round(radius - area.radius) + 1));
  const across = (Math.atan2(point.x, point.y) - area.middle) * (area.radius + row - 1);
  const seat = Math.min(cols, Math.max(1, Math.round(across + (cols + 1) / 2)));
  return { area, row, seat };
}

/** @param {House} house @param {Area} area @returns {Box} around its seats */
export function boxOfArea({ rows, cols }, area) {
  const [near, far] = [area.radius - 0.5, area.radius + rows - 0.5];
  const half = cols / 2;
  const corners = [near, far].flatMap((radius) =>
    [-half, 0, half].map((across) => {
      const angle = area.middle + across / radius;
      return { x: radius * Math.sin(angle), y: radius * Math.cos(angle) };
    }),
  );
  return boxAround(corners);
}

/** @param {Point[]} points @returns {Box} */
export function boxAround(points) {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

/** Whether any of an area may be inside the box. @param {House} house @param {Area} area @param {Box} box */
export function isInside({ rows, cols }, area, box) {
  const radius = area.radius + (rows - 1) / 2;
  const [x, y] = [radius * Math.sin(area.middle), radius * Math.cos(area.middle)];
  const reach = Math.hypot(rows, cols) / 2 + 1;
  return x + reach > box.left && x - reach < box.right && y + reach > box.top && y - reach < box.bottom;
}

/**
 * The area next to one, as an arrow key means it.
 * @param {House} house @param {Area} area @param {string} key a KeyboardEvent's key
 * @returns {Area | null} null for other keys; the same area where there is no other
 */
export function neighbourOf({ areas, bands }, area, key) {
  const at = bands.findIndex(({ first, count }) => area.index >= first && area.index < first + count);
  const { first, count } = bands[at];
  const beside = (/** @type {number} */ index) => areas[Math.min(first + count - 1, Math.max(first, index))];
  const over = (/** @type {number} */ step) => {
    const band = bands[at + step];
    if (!band) return area;
    const place = Math.round(area.middle / band.slot + (band.count - 1) / 2);
    return areas[band.first + Math.min(band.count - 1, Math.max(0, place))];
  };
  switch (key) {
    case "ArrowLeft":
      return beside(area.index - 1);
    case "ArrowRight":
      return beside(area.index + 1);
    case "ArrowUp":
      return over(-1);
    case "ArrowDown":
      return over(1);
    case "Home":
      return areas[0];
    case "End":
      return areas[areas.length - 1];
    default:
      return null;
  }
}

/** The bands of a fan of this width (radians) whose first row has this radius. */
function pack({ rows, cols, sections }, fan, radius) {
  const width = cols + AISLE;
  const room = (/** @type {number} */ at) => Math.max(1, Math.floor((fan * at) / width + 1e-9));
  /** @type {Band[]} */
  const bands = [];
  let next = radius;
  let first = 0;
  let free = 0;
  let divided = 0;
  const add = (count) => {
    bands.push({ radius: next, slot: 0, first, count });
    free = room(next) - count;
    first += count;
    next += rows - 1 + BETWEEN_ROWS_OF_AREAS;
  };
  for (const { subsections } of sections) {
    if (subsections <= free) {
      bands[bands.length - 1].count += subsections;
      free -= subsections;
      first += subsections;
      continue;
    }
    if (bands.length > 0) next += BETWEEN_SECTIONS - BETWEEN_ROWS_OF_AREAS;
    const rooms = [];
    let places = 0;
    for (let at = next; places < subsections; at += rows - 1 + BETWEEN_ROWS_OF_AREAS) {
      rooms.push(room(at));
      places += rooms[rooms.length - 1];
    }
    if (rooms.length > 1 && subsections <= ONE_ARC) divided += 1;
    let left = subsections;
    for (const one of rooms) {
      const count = Math.min(left, Math.ceil((left * one) / places));
      places -= one;
      left -= count;
      if (count > 0) add(count);
    }
  }
  for (const band of bands) {
    const tight = width / band.radius;
    band.slot = Math.max(tight, Math.min(fan / band.count, SPREAD * tight));
  }
  const box = boxOf(bands, rows, cols);
  const wide = box.right - box.left;
  const high = box.bottom - box.top + 0.12 * wide;
  const bent = Math.max(...bands.map(({ count, slot }) => (count * slot) / 2));
  /** How large a seat is, with something for arcs that one can see and for sections in one piece. */
  const merit = (aspect) =>
    Math.min(aspect / wide, 1 / high) *
    (1 + 0.35 * Math.min(1, bent / 0.8)) *
    (1 - (0.6 * divided) / sections.length);
  return { bands, merit };
}

function boxOf(bands, rows, cols) {
  let right = 0;
  let top = Infinity;
  for (const { radius, slot, count } of bands) {
    const far = radius + rows - 0.5;
    const half = ((count - 1) / 2) * slot;
    right = Math.max(right, far * Math.sin(Math.min(Math.PI / 2, half + cols / 2 / far)));
    const edge = half + cols / 2 / radius;
    top = Math.min(top, (edge < Math.PI / 2 ? radius - 0.5 : far) * Math.cos(edge));
  }
  const outermost = bands[bands.length - 1];
  return { left: -right, right, top, bottom: outermost.radius + rows - 0.5 };
}

function stageOf({ radius, slot, count }, cols, box) {
  const front = radius - Math.max(AISLE, 0.02 * (box.right - box.left));
  const wide = box.right - box.left;
  const half = Math.min(((count - 1) / 2) * slot + cols / 2 / radius, Math.PI / 3) * 0.7;
  const least = Math.asin(Math.min(1, (0.09 * wide) / front));
  return { radius: front, half: Math.max(half, least), depth: Math.max(1.6, 0.06 * wide) };
}

function topOf({ radius, half, depth }, box) {
  return Math.min(box.top, radius * Math.cos(half) - depth - 0.5);
}

/** The last band whose first row is no further away than `radius`, or the first band. */
function lastBefore(bands, radius) {
  let [low, high] = [0, bands.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (bands[middle].radius <= radius) low = middle;
    else high = middle - 1;
  }
  return low;
}
