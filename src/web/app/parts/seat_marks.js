// How a seat is drawn in each state. The outlines differ, so that colour is never the only sign.
// Every path is centred on 0,0 in a cell of 28 units; the seat's back is away from the stage.

const SEAT = "M-7-10h14a3 3 0 0 1 3 3v10a7 7 0 0 1-7 7h-6a7 7 0 0 1-7-7v-10a3 3 0 0 1 3-3z";
const CHECK = "M-5.7.4l1.8-1.8 2.5 2.5 5.5-5.6 1.8 1.8-7.3 7.4z";
const STAR =
  "M0-6.5L1.6-2.2 6.2-2 2.6.9 3.8 5.3 0 2.7-3.8 5.3-2.6.9-6.2-2-1.6-2.2z";

export const CELL = 28;

/** @type {Record<string, string>} */
export const SEAT_PATH = {
  available: SEAT,
  reserved: `${SEAT}M-9.5 1.5l11-11M-6.5 7.5l15-15M0 9l9.5-9.5`,
  sold: "M-4.5-4.5l9 9M4.5-4.5l-9 9",
  picked: SEAT + CHECK,
  mine: SEAT + STAR,
};
