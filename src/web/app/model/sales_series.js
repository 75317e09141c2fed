// Seats sold over time as a line: what is known, what happens meanwhile, and how it is drawn.

const MOST_POINTS = 600;

/** @typedef {{time: number, sold: number}} Point */

/**
 * Add a figure, which holds until the next one: the line goes on level and then steps. A figure that did
 * not change adds nothing. A long series is thinned by half.
 * @param {Point[]} series @param {Point} point @returns {Point[]}
 */
export function record(series, point) {
  const last = series.at(-1);
  if (last?.sold === point.sold) return series;
  const kept = series.length < MOST_POINTS ? series : series.filter((_, index) => index % 2 === 0);
  const level = last && last.time < point.time ? [{ time: point.time, sold: last.sold }] : [];
  return [...kept, ...level, point];
}

/**
 * Rounded steps from `low` to `high`, at most about `count` of them, always whole numbers.
 * @returns {number[]}
 */
export function ticks(low, high, count) {
  const span = Math.max(1, high - low);
  const power = 10 ** Math.floor(Math.log10(span / count));
  const step = Math.max(1, [1, 2, 5, 10].map((by) => by * power).find((by) => span / by <= count) ?? 1);
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step) + 1 }, (_, index) => first + index * step);
}

/**
 * The line through the points, level up to `until`.
 * @param {Point[]} series @param {number} until
 * @param {(time: number) => number} x @param {(sold: number) => number} y
 */
export function linePath(series, until, x, y) {
  const at = ({ time, sold }) => `${x(time).toFixed(1)} ${y(sold).toFixed(1)}`;
  return `M${series.map(at).join("L")}H${x(until).toFixed(1)}`;
}
