// A seat in each state and hue, drawn once for a size and then copied: thousands of seats in a frame
// cost one copy each.

import { SEAT_PATH, CELL } from "../parts/seat_marks.js";

const LETTERS = ["a", "r", "s", "p", "h", "b"];
const PATHS = {
  a: SEAT_PATH.available,
  r: SEAT_PATH.reserved,
  s: SEAT_PATH.sold,
  p: SEAT_PATH.picked,
  h: SEAT_PATH.mine,
  b: SEAT_PATH.mine,
};

export class Sprites {
  #canvas = document.createElement("canvas");
  #key = "";
  /** Pixels of the device that a copy has in each direction. */
  size = 0;

  /** @param {number} size of a seat, in pixels of the device @param {import("./palette.js").Palette} palette */
  prepare(size, palette) {
    const whole = Math.max(1, Math.ceil(size));
    const key = `${whole} ${palette.hue1} ${palette.card}`;
    if (key === this.#key) return;
    this.#key = key;
    this.size = whole;
    this.#canvas.width = whole * LETTERS.length;
    this.#canvas.height = whole * 4;
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    for (let hue = 1; hue <= 4; hue += 1) {
      LETTERS.forEach((letter, index) => {
        context.setTransform(whole / CELL, 0, 0, whole / CELL, (index + 0.5) * whole, (hue - 0.5) * whole);
        drawSeat(context, letter, palette, palette[/** @type {"hue1"} */ (`hue${hue}`)]);
      });
    }
  }

  /** @param {CanvasRenderingContext2D} context with pixels of the device */
  stamp(context, letter, hue, x, y) {
    const { size } = this;
    const [left, top] = [LETTERS.indexOf(letter) * size, (hue - 1) * size];
    const half = size / 2;
    context.drawImage(this.#canvas, left, top, size, size, Math.round(x - half), Math.round(y - half), size, size);
  }
}

function drawSeat(context, letter, palette, hue) {
  const path = new Path2D(PATHS[letter]);
  context.lineCap = "round";
  context.lineJoin = "round";
  if (letter === "r") {
    context.strokeStyle = palette.lineStrong;
    context.lineWidth = 1.3;
    context.stroke(path);
    return;
  }
  if (letter === "s") {
    context.strokeStyle = palette.taken;
    context.lineWidth = 2;
    context.stroke(path);
    return;
  }
  if (letter === "a") {
    context.fillStyle = palette.card;
    context.fill(path);
    context.globalAlpha = 0.16;
    context.fillStyle = hue;
    context.fill(path);
    context.globalAlpha = 1;
    context.strokeStyle = hue;
    context.lineWidth = 1.8;
    context.stroke(path);
    return;
  }
  context.fillStyle = letter === "p" ? palette.picked : palette.signal;
  context.fill(path, "evenodd");
  if (letter !== "p") {
    context.strokeStyle = palette.ink;
    context.lineWidth = 1.2;
    context.stroke(path);
  }
}
