// Seats sold over time, from when the page was opened; and the line that draws them.

const MOST_POINTS = 600;

/** @typedef {{time: number, sold: number}} Point */

/**
 * Add a figure; a figure that did not change adds nothing. A long series is thinned by half.
 * @param {Point[]} series @param {Point} point @returns {Point[]}
 */
export function record(series, point) {
  if (series.at(-1)?.sold === point.sold) return series;
  const kept =
    series.length < MOST_POINTS ? series : series.filter((_, index) => index % 2 === 0);
  return [...kept, point];
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
 * A line in steps: the figure holds until it changes, and up to `until`.
 * @param {Point[]} series @param {number} until
 * @param {(time: number) => number} x @param {(sold: number) => number} y
 */
export function stepPath(series, until, x, y) {
  const at = (value) => value.toFixed(1);
  const [first, ...others] = series;
  const steps = others.map(({ time, sold }) => `H${at(x(time))}V${at(y(sold))}`);
  return `M${at(x(first.time))} ${at(y(first.sold))}${steps.join("")}H${at(x(until))}`;
}
