// What part of a house is seen: `x` and `y` are the house's point in the middle of the screen, `scale`
// how many pixels a seat has there. Every function returns a new camera.

/**
 * @typedef {{x: number, y: number, scale: number}} Camera
 * @typedef {{width: number, height: number}} Screen in CSS pixels
 * @typedef {import("./house.js").Box} Box
 */

/** Pixels of a seat: from here on seats are drawn, each by itself. */
export const SEATS_FROM = 7;
/** No closer than this: a seat as large as a finger's tip. */
const CLOSEST = 56;
const MARGIN = 14;

/** @param {Box} box @param {Screen} screen @param {number} [closest] @returns {Camera} all of the box */
export function fit(box, { width, height }, closest = CLOSEST) {
  const scale = Math.min(
    (width - 2 * MARGIN) / Math.max(box.right - box.left, 1e-9),
    (height - 2 * MARGIN) / Math.max(box.bottom - box.top, 1e-9),
  );
  return {
    x: (box.left + box.right) / 2,
    y: (box.top + box.bottom) / 2,
    scale: Math.max(1e-4, Math.min(scale, closest)),
  };
}

/** The camera nearest to this one that shows no more than the house. */
export function held(camera, house, screen) {
  const whole = fit(house, screen, 40);
  const scale = Math.min(Math.max(camera.scale, whole.scale), Math.max(CLOSEST, whole.scale));
  const along = (at, low, high, pixels) => {
    const room = (pixels / 2 - MARGIN) / scale;
    return high - low <= 2 * room ? (low + high) / 2 : Math.min(high - room, Math.max(low + room, at));
  };
  return {
    x: along(camera.x, house.left, house.right, screen.width),
    y: along(camera.y, house.top, house.bottom, screen.height),
    scale,
  };
}

/** @param {Camera} camera @param {Screen} screen @param {{x: number, y: number}} pixel */
export function toHouse({ x, y, scale }, { width, height }, pixel) {
  return { x: x + (pixel.x - width / 2) / scale, y: y + (pixel.y - height / 2) / scale };
}

/** @param {Camera} camera @param {Screen} screen @param {{x: number, y: number}} point */
export function toScreen({ x, y, scale }, { width, height }, point) {
  return { x: (point.x - x) * scale + width / 2, y: (point.y - y) * scale + height / 2 };
}

/** The same point of the house stays under `pixel`. */
export function zoomedAt(camera, house, screen, pixel, factor) {
  const fixed = toHouse(camera, screen, pixel);
  const { scale } = held({ ...camera, scale: camera.scale * factor }, house, screen);
  return held(
    {
      x: fixed.x - (pixel.x - screen.width / 2) / scale,
      y: fixed.y - (pixel.y - screen.height / 2) / scale,
      scale,
    },
    house,
    screen,
  );
}

/**
 * Move the house by so many pixels.
 * @returns {{camera: Camera, left: number}} `left`: the pixels downwards for which there was no house any more
 */
export function panned(camera, house, screen, across, down) {
  const { scale } = camera;
  const wanted = { x: camera.x - across / scale, y: camera.y - down / scale, scale };
  const now = held(wanted, house, screen);
  return { camera: now, left: (now.y - wanted.y) * scale };
}

/** The box of the house that is seen. @returns {Box} */
export function seen({ x, y, scale }, { width, height }) {
  const [half, high] = [width / 2 / scale, height / 2 / scale];
  return { left: x - half, right: x + half, top: y - high, bottom: y + high };
}

/** @returns {Camera} the way from one to the other, `part` from 0 to 1 */
export function between(from, to, part) {
  const eased = 1 - (1 - part) ** 3;
  const scale = from.scale * (to.scale / from.scale) ** eased;
  // The point that both see at the same place stays there, so that nothing swings about.
  const way = Math.abs(to.scale - from.scale) < 1e-9 ? eased : (scale - from.scale) / (to.scale - from.scale);
  const share = (way * to.scale) / scale;
  const mix = Number.isFinite(share) ? share : eased;
  return { x: from.x + (to.x - from.x) * mix, y: from.y + (to.y - from.y) * mix, scale };
}
