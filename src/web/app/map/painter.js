// Draws a house as one camera sees it: areas with name, price and what is left from far; seats from near.

import { SEATS_FROM, seen, toScreen } from "../model/camera.js";
import { isInside } from "../model/house.js";
import { HUES, dotsOf } from "../model/price_hues.js";
import { Sprites } from "./sprites.js";

/** Pixels of a seat from which on each has its own shape, and from which on its number. */
const SHAPES_FROM = 13;
const NUMBERS_FROM = 20;
/** An area narrower than this is drawn with straight sides: nobody sees the bend. */
const BENT_FROM = 40;

/**
 * @typedef {import("../model/house.js").House} House
 * @typedef {import("../model/house.js").Area} Area
 * @typedef {{
 *   house: House,
 *   hues: ReturnType<typeof import("../model/price_hues.js").huesOf>,
 *   figures: Map<string, {fill: number, figure: string, none: boolean}>,
 *   rows: Map<string, string[]>,
 *   stage: string, money: (price: number) => string,
 * }} Scene `figures` and `rows` by area's key; `rows` holds a letter for each seat of the areas that are known
 * @typedef {{area: Area, row?: number, seat?: number}} Spot
 */

export class Painter {
  #context;
  #sprites = new Sprites();
  #widths = new Map();

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  }

  /**
   * @param {Scene} scene
   * @param {{camera: any, screen: any, ratio: number, palette: any, pointed: Spot | null, cursor: Spot | null}} how
   */
  paint(scene, how) {
    const context = this.#context;
    const { camera, screen, ratio } = how;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, screen.width, screen.height);
    const box = seen(camera, screen);
    const visible = scene.house.areas.filter((area) => isInside(scene.house, area, box));
    const near = camera.scale >= SEATS_FROM;
    const single = near ? visible.filter(({ key }) => scene.rows.has(key)) : [];
    const known = new Set(single);
    const far = near ? visible.filter((area) => !known.has(area)) : visible;
    this.#stage(scene, how);
    this.#areas(far, scene, how);
    for (const area of single) this.#seats(area, scene, how, box);
    this.#names(far, single, scene, how);
    this.#mark(how.pointed, scene, how, how.palette.ink, 2);
    this.#mark(how.cursor, scene, how, how.palette.focus, 3);
  }

  #stage({ house, stage }, { camera, screen, palette }) {
    const context = this.#context;
    const { radius, half, depth } = house.stage;
    const at = (x, y) => toScreen(camera, screen, { x, y });
    const centre = at(0, 0);
    const reach = radius * camera.scale;
    const across = radius * Math.sin(half);
    const edge = radius * Math.cos(half);
    const [left, right] = [at(-0.86 * across, edge - depth), at(0.86 * across, edge - depth)];
    context.beginPath();
    context.arc(centre.x, centre.y, reach, Math.PI / 2 + half, Math.PI / 2 - half, true);
    context.lineTo(right.x, right.y);
    context.lineTo(left.x, left.y);
    context.closePath();
    context.fillStyle = palette.ink;
    context.fill();
    const middle = at(0, (edge - depth + radius) / 2);
    const room = right.x - left.x;
    const size = Math.min(15, 0.5 * (radius - edge + depth) * camera.scale);
    if (size >= 8 && room > this.#width(stage, size, palette) + 8) {
      this.#text(stage, middle.x, middle.y, size, palette.paper, palette, 600);
    }
  }

  /** Areas from far, all of one hue in one go. */
  #areas(areas, scene, { camera, screen, palette }) {
    const context = this.#context;
    const { house, hues, figures } = scene;
    const base = Array.from({ length: HUES }, () => new Path2D());
    const left = Array.from({ length: HUES }, () => new Path2D());
    const gone = new Path2D();
    const straight = house.cols * camera.scale < BENT_FROM;
    const thin = Math.min(house.cols, house.rows) * camera.scale;
    for (const area of areas) {
      const figure = figures.get(area.key);
      const hue = hues.of(area.price) - 1;
      const [near, far] = [area.radius - 0.5, area.radius + house.rows - 0.5];
      if (figure?.none) {
        outline(gone, house, area, near, far, camera, screen, straight);
        continue;
      }
      outline(base[hue], house, area, near, far, camera, screen, straight);
      const from = far - (figure?.fill ?? 0) * house.rows;
      if (figure && figure.fill > 0) outline(left[hue], house, area, from, far, camera, screen, straight);
    }
    context.lineWidth = thin < 14 ? 0.75 : 1.25;
    context.fillStyle = palette.sunken;
    context.fill(gone);
    context.strokeStyle = palette.lineStrong;
    context.setLineDash([3, 3]);
    if (thin >= 8) context.stroke(gone);
    context.setLineDash([]);
    for (let hue = 0; hue < HUES; hue += 1) {
      context.fillStyle = palette.card;
      context.fill(base[hue]);
      context.globalAlpha = thin < 8 ? 0.75 : 0.32;
      context.fillStyle = palette[`hue${hue + 1}`];
      context.fill(left[hue]);
      context.globalAlpha = 1;
      context.strokeStyle = palette[`hue${hue + 1}`];
      // An area thinner than a pixel is still a line.
      if (thin >= 8 || thin < 1.5) context.stroke(base[hue]);
    }
  }

  #seats(area, scene, { camera, screen, ratio, palette }, box) {
    const context = this.#context;
    const { house, hues, rows } = scene;
    const letters = /** @type {string[]} */ (rows.get(area.key));
    const hue = hues.of(area.price);
    const { scale } = camera;
    const range = rangesOf(house, area, box);
    const shapes = scale >= SHAPES_FROM;
    if (shapes) {
      this.#sprites.prepare(scale * ratio, palette);
      context.setTransform(1, 0, 0, 1, 0, 0);
    }
    const unit = shapes ? scale * ratio : scale;
    const middleX = (screen.width / 2) * (shapes ? ratio : 1) - camera.x * unit;
    const middleY = (screen.height / 2) * (shapes ? ratio : 1) - camera.y * unit;
    /** @type {[string, number, number][]} */
    const numbers = [];
    const groups = { a: [], r: [], s: [], p: [], h: [], b: [] };
    const withNumbers = scale >= NUMBERS_FROM;
    for (let row = range.firstRow; row <= range.lastRow; row += 1) {
      const line = letters[row - 1] ?? "";
      const radius = area.radius + row - 1;
      const [turnCos, turnSin] = [Math.cos(1 / radius), Math.sin(1 / radius)];
      const [first, last] = range.seatsOf(radius);
      const angle = area.middle + (first - (house.cols + 1) / 2) / radius;
      let sin = Math.sin(angle);
      let cos = Math.cos(angle);
      for (let seat = first; seat <= last; seat += 1) {
        const x = middleX + radius * sin * unit;
        const y = middleY + radius * cos * unit;
        const letter = line[seat - 1];
        if (shapes) {
          this.#sprites.stamp(context, letter, hue, x, y);
          if (withNumbers && letter === "a") numbers.push([String(seat), x / ratio, y / ratio]);
        } else groups[letter]?.push(x, y);
        [sin, cos] = [sin * turnCos + cos * turnSin, cos * turnCos - sin * turnSin];
      }
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (!shapes) this.#dots(groups, palette, palette[`hue${hue}`], scale);
    if (numbers.length > 0) {
      this.#prepareText(Math.min(15, scale * 0.36), palette.ink, palette, 500);
      for (const [text, x, y] of numbers) context.fillText(text, x, y);
    }
  }

  /** Seats too small for a shape: squares, the taken ones smaller. */
  #dots(groups, palette, hue, scale) {
    const context = this.#context;
    const colours = { a: hue, r: palette.lineStrong, s: palette.taken, p: palette.picked, h: palette.mine, b: palette.mine };
    for (const [letter, places] of Object.entries(groups)) {
      if (places.length === 0) continue;
      const size = scale * (letter === "s" ? 0.28 : letter === "r" ? 0.42 : letter === "a" ? 0.72 : 1);
      const half = size / 2;
      context.fillStyle = colours[letter];
      for (let at = 0; at < places.length; at += 2) {
        context.fillRect(places[at] - half, places[at + 1] - half, size, size);
      }
    }
  }

  #names(far, single, scene, how) {
    const { camera, screen, palette } = how;
    const { house, figures, hues, money } = scene;
    const { scale } = camera;
    const wide = house.cols * scale;
    const high = house.rows * scale;
    const unnamed = [];
    for (const area of far) {
      const radius = area.radius + (house.rows - 1) / 2;
      const at = toScreen(camera, screen, { x: radius * Math.sin(area.middle), y: radius * Math.cos(area.middle) });
      const figure = figures.get(area.key);
      const size = Math.min(17, Math.max(10, Math.min(high / 3.6, wide / 5)));
      const { name } = area;
      if (wide < 16 || high < 11 || this.#width(name, size, palette) > wide - 4) {
        const short = String(area.subsection);
        const fits = wide >= 16 && high >= 24 && this.#width(short, size, palette) <= wide - 4;
        if (fits) this.#text(short, at.x, at.y, size, palette.inkSoft, palette, 600);
        unnamed.push(area);
        continue;
      }
      const price = money(area.price);
      const small = Math.max(10, size * 0.72);
      const ink = figure?.none ? palette.inkSoft : palette.ink;
      if (high >= 3.4 * size && this.#width(price, small, palette) <= wide - 6) {
        this.#text(name, at.x, at.y - size * 0.95, size, ink, palette, 650);
        this.#text(price, at.x, at.y + small * 0.25, small, ink, palette, 500);
        const left = figure?.figure ?? "";
        if (this.#width(left, small, palette) <= wide - 6) {
          this.#text(left, at.x, at.y + small * 1.5, small, palette.inkSoft, palette, 450);
        }
      } else {
        this.#text(name, at.x, at.y - (high >= 24 ? 3 : 0), size, ink, palette, 620);
        if (high >= 24) this.#pips(dotsOf(hues.of(area.price), hues.groups), at.x, at.y + size * 0.62, ink);
      }
    }
    this.#sections(unnamed, scene, how);
    for (const area of single) this.#title(area, scene, how);
  }

  /** One name for all the areas of a section that are too small for their own. */
  #sections(areas, { house, money, hues }, { camera, screen, palette }) {
    const middles = new Map();
    for (const area of areas) {
      if (!middles.has(area.section)) middles.set(area.section, []);
      middles.get(area.section).push(area);
    }
    let lowest = -Infinity;
    for (const [section, its] of middles) {
      const area = its.reduce((best, one) => (Math.abs(one.middle) < Math.abs(best.middle) ? one : best));
      const small = house.rows * camera.scale < 18;
      // On areas too small for a number it lies upon them, else before their first rows.
      const radius = area.radius + (small ? (house.rows - 1) / 2 : -1.75);
      const at = toScreen(camera, screen, { x: radius * Math.sin(area.middle), y: radius * Math.cos(area.middle) });
      if (at.y < lowest + 20 && middles.size > 1) continue;
      const text = `${cut(section)} · ${money(area.price)}`;
      const width = this.#width(text, 12, palette) + 16 + 6 * dotsOf(hues.of(area.price), hues.groups);
      if (its.length * house.cols * camera.scale < width * 0.6) continue;
      lowest = at.y;
      at.x = Math.min(screen.width - width / 2 - 3, Math.max(width / 2 + 3, at.x));
      const context = this.#context;
      context.globalAlpha = 0.92;
      context.fillStyle = palette.card;
      context.beginPath();
      context.roundRect(at.x - width / 2, at.y - 9, width, 18, 9);
      context.fill();
      context.globalAlpha = 1;
      const dots = dotsOf(hues.of(area.price), hues.groups);
      this.#text(text, at.x - 3 * dots, at.y + 0.5, 11.5, palette.ink, palette, 620);
      this.#pips(dots, at.x + width / 2 - 7 - 3 * dots, at.y, palette[`hue${hues.of(area.price)}`]);
    }
  }

  /** Above the first row of an area whose seats are drawn: what it is called and costs; and its rows' numbers. */
  #title(area, scene, { camera, screen, palette }) {
    const context = this.#context;
    const { house, money, hues } = scene;
    const { scale } = camera;
    const place = (radius, across) => {
      const angle = area.middle + across / radius;
      return toScreen(camera, screen, { x: radius * Math.sin(angle), y: radius * Math.cos(angle) });
    };
    const size = Math.min(16, Math.max(9, scale * 0.62));
    const dots = dotsOf(hues.of(area.price), hues.groups);
    const text = `${area.name} · ${money(area.price)}`;
    if (this.#width(text, size, palette) < (house.cols + 1) * scale) {
      const at = place(area.radius - 1.35, 0);
      context.save();
      context.translate(at.x, at.y);
      context.rotate(-area.middle);
      this.#text(text, -3.5 * dots, 0, size, palette.ink, palette, 650);
      const width = this.#width(text, size, palette);
      this.#pips(dots, width / 2 + 6, 0, palette[`hue${hues.of(area.price)}`]);
      context.restore();
    }
    if (scale < SHAPES_FROM) return;
    this.#prepareText(Math.min(13, scale * 0.42), palette.inkSoft, palette, 500);
    for (let row = 1; row <= house.rows; row += 1) {
      for (const side of [-1, 1]) {
        const at = place(area.radius + row - 1, (side * (house.cols + 1.1)) / 2);
        if (at.x > 0 && at.x < screen.width && at.y > 0 && at.y < screen.height) context.fillText(String(row), at.x, at.y);
      }
    }
  }

  #pips(count, x, y, colour) {
    const context = this.#context;
    context.fillStyle = colour;
    context.beginPath();
    for (let index = 0; index < count; index += 1) {
      const at = x + (index - (count - 1) / 2) * 5.5;
      context.moveTo(at + 1.8, y);
      context.arc(at, y, 1.8, 0, 2 * Math.PI);
    }
    context.fill();
  }

  /** A line around what is pointed at, or what the keyboard is on. */
  #mark(spot, { house }, { camera, screen }, colour, width) {
    if (!spot) return;
    const context = this.#context;
    context.strokeStyle = colour;
    context.lineWidth = width;
    const { area, row, seat } = spot;
    if (row === undefined || seat === undefined) {
      const path = new Path2D();
      outline(path, house, area, area.radius - 0.5, area.radius + house.rows - 0.5, camera, screen, false);
      context.stroke(path);
      return;
    }
    const radius = area.radius + row - 1;
    const angle = area.middle + (seat - (house.cols + 1) / 2) / radius;
    const at = toScreen(camera, screen, { x: radius * Math.sin(angle), y: radius * Math.cos(angle) });
    const half = Math.max(5, 0.52 * camera.scale);
    context.beginPath();
    context.roundRect(at.x - half, at.y - half, 2 * half, 2 * half, half * 0.4);
    context.stroke();
  }

  #prepareText(size, colour, { font }, weight) {
    const context = this.#context;
    context.font = `${weight} ${size}px ${font}`;
    context.fillStyle = colour;
    context.textAlign = "center";
    context.textBaseline = "middle";
  }

  #text(text, x, y, size, colour, palette, weight) {
    this.#prepareText(size, colour, palette, weight);
    this.#context.fillText(text, x, y);
  }

  /** @returns {number} how wide a text is; what is measured once is kept */
  #width(text, size, { font }) {
    if (!this.#widths.has(text)) {
      if (this.#widths.size > 10_000) this.#widths.clear();
      this.#context.font = `620 20px ${font}`;
      this.#widths.set(text, this.#context.measureText(text).width / 20);
    }
    return this.#widths.get(text) * size;
  }
}

const cut = (/** @type {string} */ name) => (name.length > 14 ? `${name.slice(0, 13)}…` : name);

/** Add the outline of an area between two radii to a path, in pixels. */
function outline(path, { cols }, area, near, far, camera, screen, straight) {
  const half = cols / 2;
  const { scale } = camera;
  const centreX = screen.width / 2 - camera.x * scale;
  const centreY = screen.height / 2 - camera.y * scale;
  const to = (radius, across) => {
    const angle = area.middle + across / radius;
    return [centreX + radius * Math.sin(angle) * scale, centreY + radius * Math.cos(angle) * scale];
  };
  const [nearLeft, nearRight, farRight, farLeft] = [to(near, -half), to(near, half), to(far, half), to(far, -half)];
  path.moveTo(nearLeft[0], nearLeft[1]);
  if (straight) path.lineTo(nearRight[0], nearRight[1]);
  else bend(path, centreX, centreY, near, area.middle, half, scale, false);
  path.lineTo(farRight[0], farRight[1]);
  if (straight) path.lineTo(farLeft[0], farLeft[1]);
  else bend(path, centreX, centreY, far, area.middle, half, scale, true);
  path.closePath();
}

/** A canvas measures angles from the x axis: ours is a quarter turn and a change of direction away. */
function bend(path, x, y, radius, middle, half, scale, back) {
  const from = Math.PI / 2 - middle + half / radius;
  const to = Math.PI / 2 - middle - half / radius;
  if (back) path.arc(x, y, radius * scale, to, from, false);
  else path.arc(x, y, radius * scale, from, to, true);
}

/** Which rows of an area, and which seats of a row, can be inside a box: an area may be huge. */
function rangesOf({ rows, cols }, area, box) {
  const corners = [
    [box.left, box.top],
    [box.right, box.top],
    [box.left, box.bottom],
    [box.right, box.bottom],
  ];
  const farthest = Math.max(...corners.map(([x, y]) => Math.hypot(x, y)));
  const beside = Math.max(box.left, 0, -box.right);
  const below = Math.max(box.top, 0, -box.bottom);
  const nearest = Math.hypot(beside, below);
  const whole = box.top <= 0; // the centre, or what is behind it, is in view
  const angles = corners.map(([x, y]) => Math.atan2(x, y));
  const [least, most] = whole ? [-Infinity, Infinity] : [Math.min(...angles), Math.max(...angles)];
  return {
    firstRow: Math.max(1, Math.floor(nearest - area.radius)),
    lastRow: Math.min(rows, Math.ceil(farthest - area.radius) + 2),
    seatsOf: (radius) => [
      Math.max(1, Math.floor((least - area.middle) * radius + (cols + 1) / 2)),
      Math.min(cols, Math.ceil((most - area.middle) * radius + (cols + 1) / 2)),
    ],
  };
}
