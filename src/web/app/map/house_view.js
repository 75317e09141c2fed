// The canvas of a house: holds the camera, paints when something changed, and says what was pointed at
// and tapped. It knows nothing of the page around it.

import {
  SEATS_FROM,
  between,
  fit,
  held,
  panned,
  seen,
  toHouse,
  toScreen,
  zoomedAt,
} from "../model/camera.js";
import { areaAt, boxAround, boxOfArea, isInside, placeOfSeat, seatAt } from "../model/house.js";
import { listen } from "./gestures.js";
import { Painter } from "./painter.js";
import { onThemeChange, paletteOf } from "./palette.js";

const GLIDE_MS = 380;
const MOST_SHARP = 3;
/** A seat smaller than this is not picked but gone nearer to: for a mouse, and for a finger. */
const PICKED_FROM = { mouse: 11, pen: 18, touch: 24 };
const NEARER = { mouse: 20, pen: 24, touch: 28 };

/**
 * @typedef {import("../model/house.js").Area} Area
 * @typedef {import("./painter.js").Spot} Spot
 * @typedef {{
 *   onPoint: (spot: Spot | null, pixel: {x: number, y: number}) => void,
 *   onTap: (spot: Spot) => void,
 *   onRest: (byHand: boolean) => void,
 * }} Handlers `onRest`: the view has come to rest, moved by hand or by this object's methods
 */

export class HouseView {
  #canvas;
  #handlers;
  #painter;
  #palette;
  #stop;
  #screen = { width: 0, height: 0 };
  #camera = { x: 0, y: 0, scale: 1 };
  #ratio = 1;
  /** @type {import("./painter.js").Scene | null} */
  #scene = null;
  /** @type {Spot | null} */
  #pointed = null;
  /** @type {Spot | null} */
  #cursor = null;
  #frame = 0;
  #glide = 0;
  #placed = false;

  /** @param {HTMLCanvasElement} canvas @param {Handlers} handlers */
  constructor(canvas, handlers) {
    this.#canvas = canvas;
    this.#handlers = handlers;
    this.#painter = new Painter(canvas);
    this.#palette = paletteOf(canvas);
    const unlisten = listen(canvas, {
      moveBy: (across, down) => this.#moveBy(across, down),
      zoomAt: (pixel, factor) => this.#zoomAt(pixel, factor),
      point: (pixel) => this.#point(pixel),
      tap: (pixel, kind) => this.#tap(pixel, kind),
      rest: () => this.#handlers.onRest(true),
    });
    const untheme = onThemeChange(() => {
      this.#palette = paletteOf(canvas);
      this.#draw();
    });
    this.#stop = () => {
      unlisten();
      untheme();
      cancelAnimationFrame(this.#frame);
      cancelAnimationFrame(this.#glide);
    };
    // For tests and the curious: where a seat or an area is in the window, once the view is at rest.
    /** @type {any} */ (canvas).placeOf = (key, row, seat) => this.#placeOf(key, row, seat);
  }

  stop() {
    this.#stop();
  }

  /** Take the size that the page gives. @returns {boolean} whether it is another one */
  resize() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const ratio = Math.min(MOST_SHARP, devicePixelRatio || 1);
    if (width === this.#screen.width && height === this.#screen.height && ratio === this.#ratio) return false;
    this.#screen = { width, height };
    this.#ratio = ratio;
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    if (this.#scene) this.#camera = held(this.#camera, this.#scene.house.box, this.#screen);
    // A canvas of a new size is empty: it is painted in the same frame.
    this.#paint();
    return true;
  }

  get screen() {
    return this.#screen;
  }

  /** @param {import("./painter.js").Scene} scene another house is shown as a whole */
  show(scene) {
    const other = this.#scene?.house !== scene.house;
    this.#scene = scene;
    if (other) {
      this.#camera = fit(scene.house.box, this.#screen, 40);
      this.#pointed = this.#cursor = null;
      this.#placed = true;
      this.#tellZoomed();
      this.#paint();
      return;
    }
    this.#draw();
  }

  /** Whether seats are drawn each by itself. */
  get showsSeats() {
    return this.#camera.scale >= SEATS_FROM;
  }

  get isWhole() {
    return this.#scene !== null && this.#camera.scale <= fit(this.#scene.house.box, this.#screen, 40).scale * 1.01;
  }

  /** The areas that are in view, those near the middle first. @returns {Area[]} */
  areasInView() {
    if (!this.#scene) return [];
    const { house } = this.#scene;
    const box = seen(this.#camera, this.#screen);
    const distance = (area) => {
      const radius = area.radius + (house.rows - 1) / 2;
      const [x, y] = [radius * Math.sin(area.middle), radius * Math.cos(area.middle)];
      return (x - this.#camera.x) ** 2 + (y - this.#camera.y) ** 2;
    };
    return house.areas
      .filter((area) => isInside(house, area, box))
      .map((area) => ({ area, far: distance(area) }))
      .sort((one, other) => one.far - other.far)
      .map(({ area }) => area);
  }

  /** The area under the middle of the screen. @returns {Area | null} */
  areaInTheMiddle() {
    return this.#scene && areaAt(this.#scene.house, this.#camera, 2);
  }

  /** Go to an area, near enough to pick its seats. */
  goToArea(/** @type {Area} */ area, time = GLIDE_MS) {
    const { house } = this.#scene ?? {};
    if (!house) return;
    const box = boxOfArea(house, area);
    const roomy = { left: box.left - 1.5, right: box.right + 1.5, top: box.top - 2.5, bottom: box.bottom + 1 };
    const touch = matchMedia("(pointer: coarse)").matches;
    const camera = fit(roomy, this.#screen, 40);
    const least = NEARER[touch ? "touch" : "mouse"] - (touch ? 0 : 4);
    if (camera.scale < least) {
      // Not all of it fits: begin where its first row is, and in its middle.
      const scale = least;
      const high = this.#screen.height / scale;
      const radius = area.radius + Math.min((house.rows - 1) / 2, high / 2 - 3);
      this.#goTo({ x: radius * Math.sin(area.middle), y: radius * Math.cos(area.middle), scale }, time);
      return;
    }
    this.#goTo(camera, time);
  }

  /** Go to seats. @param {{area: Area, row: number, seat: number}[]} seats */
  goToSeats(seats) {
    if (!this.#scene || seats.length === 0) return;
    const { house } = this.#scene;
    const box = boxAround(seats.map(({ area, row, seat }) => placeOfSeat(house, area, row, seat)));
    const roomy = { left: box.left - 4, right: box.right + 4, top: box.top - 4, bottom: box.bottom + 4 };
    this.#goTo(fit(roomy, this.#screen, 30));
  }

  goToWhole() {
    if (this.#scene) this.#goTo(fit(this.#scene.house.box, this.#screen, 40));
  }

  zoom(/** @type {number} */ factor) {
    if (!this.#scene) return;
    const { width, height } = this.#screen;
    const middle = { x: width / 2, y: height / 2 };
    this.#goTo(zoomedAt(this.#camera, this.#scene.house.box, this.#screen, middle, factor), GLIDE_MS / 2, true);
  }

  /** Put the keyboard's mark on a spot, and bring that into view. @param {Spot | null} spot */
  setCursor(spot) {
    this.#cursor = spot;
    if (spot && this.#scene && !this.#glide) {
      const { house } = this.#scene;
      const { area, row, seat } = spot;
      if (row !== undefined && seat !== undefined) {
        const at = this.pixelOf(spot);
        const edge = Math.max(24, this.#camera.scale);
        const inside = (value, size) => value > edge && value < size - edge;
        const { width, height } = this.#screen;
        if (this.#camera.scale < PICKED_FROM.mouse || !inside(at.x, width) || !inside(at.y, height)) {
          const scale = Math.max(this.#camera.scale, NEARER.mouse);
          this.#camera = held({ ...placeOfSeat(house, area, row, seat), scale }, house.box, this.#screen);
          this.#tellZoomed();
        }
      }
    }
    this.#draw();
  }

  /** Where a spot is on the canvas. @param {Spot} spot */
  pixelOf({ area, row, seat }) {
    const { house } = /** @type {import("./painter.js").Scene} */ (this.#scene);
    const place =
      row === undefined || seat === undefined
        ? placeOfSeat(house, area, (house.rows + 1) / 2, (house.cols + 1) / 2)
        : placeOfSeat(house, area, row, seat);
    return toScreen(this.#camera, this.#screen, place);
  }

  #goTo(camera, time = GLIDE_MS, byHand = false) {
    if (!this.#scene) return;
    cancelAnimationFrame(this.#glide);
    const { box } = this.#scene.house;
    const to = held(camera, box, this.#screen);
    const from = this.#camera;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#point(null);
    const arrive = () => {
      this.#glide = 0;
      this.#camera = to;
      this.#tellZoomed();
      this.#draw();
      this.#handlers.onRest(byHand);
    };
    if (calm || document.hidden || time === 0) {
      arrive();
      return;
    }
    let began = 0;
    const step = (now) => {
      began ||= now;
      const part = (now - began) / time;
      if (part >= 1) {
        arrive();
        return;
      }
      this.#camera = between(from, to, part);
      this.#paint();
      this.#glide = requestAnimationFrame(step);
    };
    this.#glide = requestAnimationFrame(step);
  }

  #moveBy(across, down) {
    if (!this.#scene) return down;
    this.#halt();
    const { camera, left } = panned(this.#camera, this.#scene.house.box, this.#screen, across, down);
    this.#camera = camera;
    this.#draw();
    return left;
  }

  #zoomAt(pixel, factor) {
    if (!this.#scene) return;
    this.#halt();
    this.#camera = zoomedAt(this.#camera, this.#scene.house.box, this.#screen, pixel, factor);
    this.#tellZoomed();
    this.#point(null);
    this.#draw();
  }

  #halt() {
    cancelAnimationFrame(this.#glide);
    this.#glide = 0;
  }

  /** The style sheet lets one finger scroll the page while the whole house is in view. */
  #tellZoomed() {
    this.#canvas.dataset.zoomed = this.isWhole ? "no" : "yes";
  }

  /** @returns {Spot | null} a seat where its area's seats are drawn, else an area */
  #spotAt(pixel) {
    if (!this.#scene) return null;
    const { house, rows } = this.#scene;
    const point = toHouse(this.#camera, this.#screen, pixel);
    // Something thinner than a finger can still be hit.
    const area = areaAt(house, point, Math.max(0.5, 4 / this.#camera.scale));
    if (!area) return null;
    return this.showsSeats && rows.has(area.key) ? (seatAt(house, point) ?? { area }) : { area };
  }

  #point(pixel) {
    const spot = pixel && this.#spotAt(pixel);
    if (!same(spot, this.#pointed)) {
      this.#pointed = spot;
      this.#canvas.style.cursor = spot ? "pointer" : "";
      this.#draw();
    }
    this.#handlers.onPoint(spot, pixel ?? { x: 0, y: 0 });
  }

  #tap(pixel, kind) {
    const spot = this.#spotAt(pixel);
    if (!spot) {
      this.#point(null);
      return;
    }
    const least = PICKED_FROM[kind] ?? PICKED_FROM.mouse;
    if (spot.row !== undefined && this.#camera.scale < least) {
      const factor = (NEARER[kind] ?? NEARER.mouse) / this.#camera.scale;
      const house = /** @type {any} */ (this.#scene).house;
      this.#goTo(zoomedAt(this.#camera, house.box, this.#screen, pixel, factor), GLIDE_MS, true);
      return;
    }
    this.#handlers.onPoint(spot, pixel);
    this.#handlers.onTap(spot);
  }

  #placeOf(key, row, seat) {
    const area = this.#scene?.house.byKey.get(key);
    if (!area || !this.#scene || this.#glide || this.#frame) return null;
    if (row !== undefined && !this.#scene.rows.has(key)) return null;
    const at = this.pixelOf({ area, row, seat });
    const box = this.#canvas.getBoundingClientRect();
    return { x: box.left + at.x, y: box.top + at.y, size: this.#camera.scale };
  }

  #draw() {
    if (this.#frame || this.#glide) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }

  #paint() {
    if (!this.#scene || this.#screen.width === 0 || !this.#placed) return;
    this.#painter.paint(this.#scene, {
      camera: this.#camera,
      screen: this.#screen,
      ratio: this.#ratio,
      palette: this.#palette,
      pointed: this.#pointed,
      cursor: this.#cursor,
    });
    // Says to tests and measurements what the last picture shows.
    const drawn = this.showsSeats && this.#scene.rows.size > 0 ? "seats" : "areas";
    if (this.#canvas.dataset.drawn !== drawn) this.#canvas.dataset.drawn = drawn;
  }
}

const same = (one, other) => one?.area === other?.area && one?.row === other?.row && one?.seat === other?.seat;
