// The four hues of prices that map, legend, order and lists share. The dearest is 1. Each has a mark
// as well, so many dots, for who cannot tell the hues apart.

export const HUES = 4;

/**
 * @param {number[]} prices of the sections
 * @returns {{of: (price: number) => number, groups: {hue: number, low: number, high: number}[]}}
 *   with more than four prices those next to each other share a hue
 */
export function huesOf(prices) {
  const apart = [...new Set(prices)].sort((one, other) => other - one);
  const many = Math.min(HUES, apart.length);
  const hues = new Map(apart.map((price, index) => [price, Math.floor((index * many) / apart.length) + 1]));
  const groups = Array.from({ length: many }, (_, index) => {
    const same = apart.filter((price) => hues.get(price) === index + 1);
    return { hue: index + 1, low: same[same.length - 1], high: same[0] };
  });
  return { of: (price) => hues.get(price) ?? many, groups };
}

/** How many dots stand for a hue: the dearest has most. */
export const dotsOf = (hue, groups) => groups.length + 1 - hue;
