// What hands do on a map, as zooming, moving, pointing and tapping.
//
// The page is never trapped. A wheel without Ctrl (or Cmd) scrolls the page; with it, or a pinch of a
// trackpad, which arrives as the same, it zooms. While the whole house is in view one finger scrolls the
// page (`touch-action: pan-y` in the style sheet) and two zoom. In a map that is zoomed in one finger moves
// the house, and where the house ends the page goes on in the same movement.

const STILL = { mouse: 5, touch: 10, pen: 8 };
const FLING_FROM = 0.25;
const FLING_DECAY = 0.004;

/**
 * @typedef {{x: number, y: number}} Pixel
 * @typedef {{
 *   moveBy: (across: number, down: number) => number,
 *   zoomAt: (pixel: Pixel, factor: number) => void,
 *   point: (pixel: Pixel | null) => void,
 *   tap: (pixel: Pixel, kind: string) => void,
 *   rest: () => void,
 * }} Target `moveBy` returns the pixels downwards for which there was no house any more; `rest`: hands are off
 * @param {HTMLElement} element
 * @param {Target} target
 * @returns {() => void} stops listening
 */
export function listen(element, target) {
  const listening = new AbortController();
  const { signal } = listening;
  const on = (type, handler, options = {}) => element.addEventListener(type, handler, { signal, ...options });
  /** @type {Map<number, Pixel>} */
  const fingers = new Map();
  let moved = false;
  let start = { x: 0, y: 0 };
  let speed = { x: 0, y: 0, at: 0 };
  let flight = 0;
  let resting = 0;

  const pixelOf = (event) => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  /** Move the house; where it ends, the page. */
  function drag(across, down, page) {
    const left = target.moveBy(across, down);
    if (page && Math.abs(left) >= 0.5) scrollBy({ top: -left, behavior: "instant" });
  }

  function fling() {
    let last = performance.now();
    const step = (now) => {
      const passed = Math.min(40, now - last);
      last = now;
      const decay = Math.exp(-FLING_DECAY * passed);
      speed = { x: speed.x * decay, y: speed.y * decay, at: now };
      drag(speed.x * passed, speed.y * passed, true);
      if (Math.hypot(speed.x, speed.y) > 0.03) flight = requestAnimationFrame(step);
      else target.rest();
    };
    flight = requestAnimationFrame(step);
  }

  on("pointerdown", (event) => {
    if (event.button !== 0) return;
    cancelAnimationFrame(flight);
    const pixel = pixelOf(event);
    if (fingers.size === 0) {
      moved = false;
      start = pixel;
    } else moved = true;
    fingers.set(event.pointerId, pixel);
    speed = { x: 0, y: 0, at: event.timeStamp };
    element.setPointerCapture(event.pointerId);
  });

  on("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    const now = pixelOf(event);
    if (!before) {
      if (event.pointerType === "mouse") target.point(now);
      return;
    }
    if (fingers.size === 1) {
      if (!moved && Math.hypot(now.x - start.x, now.y - start.y) < (STILL[event.pointerType] ?? 8)) return;
      if (!moved) target.point(null);
      moved = true;
      const passed = Math.max(1, event.timeStamp - speed.at);
      const share = Math.min(1, passed / 50);
      speed = {
        x: speed.x + ((now.x - before.x) / passed - speed.x) * share,
        y: speed.y + ((now.y - before.y) / passed - speed.y) * share,
        at: event.timeStamp,
      };
      // The element moves with the page, so what was measured in it is shifted by what the page went.
      const page = event.pointerType !== "mouse";
      drag(now.x - before.x, now.y - before.y, page);
      fingers.set(event.pointerId, pixelOf(event));
      return;
    }
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1] ?? before;
    const [was, is] = [apart(before, other), apart(now, other)];
    target.moveBy((now.x - before.x) / 2, (now.y - before.y) / 2);
    if (was > 0 && is > 0) target.zoomAt({ x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }, is / was);
    fingers.set(event.pointerId, now);
  });

  function lift(event) {
    if (!fingers.delete(event.pointerId)) return;
    if (fingers.size > 0) return;
    if (!moved && event.type === "pointerup") {
      target.tap(pixelOf(event), event.pointerType);
      return;
    }
    const still = event.timeStamp - speed.at > 80 || Math.hypot(speed.x, speed.y) < FLING_FROM;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (event.pointerType === "touch" && event.type === "pointerup" && !still && !calm) fling();
    else target.rest();
  }
  on("pointerup", lift);
  on("pointercancel", lift);
  on("pointerleave", (event) => event.pointerType === "mouse" && !fingers.size && target.point(null));

  on(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : 1;
      const amount = Math.max(-60, Math.min(60, event.deltaY * lines));
      target.zoomAt(pixelOf(event), Math.exp(-amount * 0.01));
      clearTimeout(resting);
      resting = setTimeout(target.rest, 160);
    },
    { passive: false },
  );

  // Safari's trackpad has events of its own for a pinch.
  let scale = 1;
  on("gesturestart", (event) => {
    event.preventDefault();
    scale = 1;
  });
  on("gesturechange", (event) => {
    event.preventDefault();
    if (fingers.size > 0) return;
    target.zoomAt(pixelOf(event), event.scale / scale);
    scale = event.scale;
  });
  on("gestureend", () => fingers.size === 0 && target.rest());

  return () => {
    listening.abort();
    cancelAnimationFrame(flight);
    clearTimeout(resting);
  };
}

const apart = (one, other) => Math.hypot(one.x - other.x, one.y - other.y);
