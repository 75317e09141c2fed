// The seats of one subsection, as an SVG that is also a grid: one tab stop, arrow keys inside it.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { html, memo } from "../html.js";
import { move } from "../model/roving.js";
import { seatName, statusAt } from "../model/seats.js";
import { useWords } from "../words/index.js";
import { CELL, SEAT_PATH } from "./seat_marks.js";

const LETTERS = { a: "available", r: "reserved", s: "sold", p: "picked", h: "held", b: "bought" };
/** Both a held and a bought seat are drawn as mine. */
const drawn = (state) => (state === "held" || state === "bought" ? "mine" : state);

const LABEL_SPACE = CELL * 1.4;
const STAGE_HEIGHT = 46;
const ZOOMS = [0.45, 0.6, 0.8, 1, 1.25, 1.6];
const SMALLEST_FOR_A_FINGER = 3;

/** @typedef {import("../model/seats.js").Seat} Seat */

/**
 * @param {{
 *   plan: import("../model/seats.js").SeatPlan,
 *   marks: Map<string, "picked" | "held" | "bought">,
 *   onPick?: (seat: Seat, state: string) => void,
 * }} props `marks` by seat name, for seats that mean something to this buyer
 */
export function SeatMap({ plan, marks, onPick }) {
  const words = useWords();
  const { t } = words;
  const svg = useRef(/** @type {any} */ (null));
  const frame = useRef(/** @type {any} */ (null));
  const [cursor, setCursor] = useState({ row: 1, seat: 1 });
  const [pointed, setPointed] = useState(/** @type {Place | null} */ (null));
  const size = { rows: plan.rows.length, seats: plan.rows[0].length };
  const [zoom, setZoom] = useZoom(frame, size.seats);

  const seatAt = (place) => ({
    section: plan.section,
    subsection: plan.subsection,
    price: plan.price,
    ...place,
  });
  const stateAt = (place) =>
    marks.get(seatName(seatAt(place))) ?? statusAt(plan, place.row, place.seat);

  function pick(place) {
    setCursor(place);
    onPick?.(seatAt(place), stateAt(place));
  }

  function onKeyDown(event) {
    const place = placeOf(event.target);
    if (!place || event.altKey || event.metaKey) return;
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      pick(place);
      return;
    }
    const next = move(event.key, event.ctrlKey, place, size);
    if (!next) return;
    event.preventDefault();
    elementAt(svg.current, next).focus();
  }

  const width = size.seats * CELL + 2 * LABEL_SPACE;
  const curve = Math.min(size.seats * 0.7, 26);
  const height = size.rows * CELL + STAGE_HEIGHT + curve + CELL / 2;
  const rowMarks = marksByRow(plan, marks);

  return html`
    <div class="seatmap" data-zoom=${zoom < 3 ? "far" : "near"}>
      <div class="seatmap__tools">
        <p class="seatmap__readout" aria-hidden="true">
          ${pointed ? seatLabel(words, plan.price, pointed, stateAt(pointed)) : t("event.point")}
        </p>
        <${ZoomButtons} zoom=${zoom} setZoom=${setZoom} fit=${() => fitting(frame, size.seats)} />
      </div>
      <div class="seatmap__frame" ref=${frame}>
        <svg
          ref=${svg}
          class="seatmap__svg"
          role="grid"
          aria-label=${t("event.seatMap", plan)}
          aria-describedby="seatmap-help"
          aria-multiselectable="true"
          aria-readonly=${onPick ? undefined : "true"}
          width=${width * ZOOMS[zoom]}
          height=${height * ZOOMS[zoom]}
          viewBox="0 0 ${width} ${height}"
          onClick=${(event) => {
            const place = placeOf(event.target);
            if (place) pick(place);
          }}
          onKeyDown=${onKeyDown}
          onFocusIn=${(event) => {
            const place = placeOf(event.target);
            setPointed(place);
            if (place) setCursor(place);
          }}
          onPointerOver=${(event) => {
            const place = placeOf(event.target);
            if (place) setPointed(place);
          }}
        >
          <${StageEdge} width=${width} label=${t("event.stage")} />
          ${plan.rows.map(
            (letters, index) => html`
              <${Row}
                key=${index}
                row=${index + 1}
                letters=${letters}
                marks=${rowMarks.get(index + 1) ?? ""}
                cursor=${cursor.row === index + 1 ? cursor.seat : 0}
                curve=${curve}
                price=${plan.price}
                words=${words}
              />
            `,
          )}
        </svg>
      </div>
      <p id="seatmap-help" class="visually-hidden">${t("event.seatMapHelp")}</p>
    </div>
  `;
}

/** @typedef {{row: number, seat: number}} Place */

/** One row; drawn again only when one of its seats changes. */
const Row = memo(({ row, letters, marks, cursor, curve, price, words }) => {
  const middle = (letters.length - 1) / 2;
  const y = STAGE_HEIGHT + (row - 0.5) * CELL;
  const bend = (index) => (middle ? curve * (1 - ((index - middle) / middle) ** 2) : 0);
  const end = LABEL_SPACE * 1.5 + letters.length * CELL;
  return html`
    <g role="row">
      <g role="rowheader" aria-label=${words.t("event.row", { row })}>
        <text class="seatmap__row" x=${LABEL_SPACE / 2} y=${y + 4} aria-hidden="true">${row}</text>
      </g>
      ${[...letters].map((letter, index) => {
        const seat = index + 1;
        const state = LETTERS[marks[index]] ?? LETTERS[letter];
        const x = LABEL_SPACE + (index + 0.5) * CELL;
        return html`
          <g
            key=${seat}
            class="seat"
            role="gridcell"
            data-state=${drawn(state)}
            data-row=${row}
            data-seat=${seat}
            tabindex=${cursor === seat ? 0 : -1}
            aria-label=${seatLabel(words, price, { row, seat }, state)}
            aria-selected=${state === "picked" ? "true" : "false"}
            aria-disabled=${state === "available" || state === "picked" ? undefined : "true"}
            transform="translate(${x} ${(y + bend(index)).toFixed(1)})"
          >
            <path d=${SEAT_PATH[drawn(state)]} />
            ${state === "available" && html`<text y="3.5" aria-hidden="true">${seat}</text>`}
          </g>
        `;
      })}
      <text class="seatmap__row" x=${end} y=${y + 4} aria-hidden="true">${row}</text>
    </g>
  `;
});

function seatLabel(words, price, { row, seat }, state) {
  return words.t("event.seatLabel", {
    row: String(row),
    seat: String(seat),
    price: words.money(price),
    state: words.t(`state.${state}`),
  });
}

function StageEdge({ width, label }) {
  const half = Math.min(width * 0.34, 260);
  const middle = width / 2;
  return html`
    <g class="seatmap__stage" aria-hidden="true">
      <path
        d="M${middle - half} 6H${middle + half}L${middle + half * 0.86} 24Q${middle} 36 ${middle -
        half * 0.86} 24Z"
      />
      <text x=${middle} y="21">${label}</text>
    </g>
  `;
}

function ZoomButtons({ zoom, setZoom, fit }) {
  const { t } = useWords();
  const button = (label, text, to) => html`
    <button
      class="switch"
      type="button"
      aria-label=${label}
      title=${label}
      disabled=${to < 0 || to >= ZOOMS.length}
      onClick=${() => setZoom(to)}
    >
      ${text}
    </button>
  `;
  return html`
    <div class="seatmap__zoom">
      ${button(t("event.zoomOut"), "−", zoom - 1)} ${button(t("event.zoomIn"), "+", zoom + 1)}
      <button class="switch" type="button" title=${t("event.zoomFit")} aria-label=${t("event.zoomFit")} onClick=${() => setZoom(fit())}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5" />
        </svg>
      </button>
    </div>
  `;
}

/** Start with the whole width in view, but never with seats too small for what points at them. */
function useZoom(frame, seats) {
  const [zoom, setZoom] = useState(SMALLEST_FOR_A_FINGER);
  useLayoutEffect(() => {
    const coarse = matchMedia("(pointer: coarse)").matches;
    setZoom(Math.max(fitting(frame, seats), coarse ? SMALLEST_FOR_A_FINGER : 1));
  }, [seats]);
  return [zoom, setZoom];
}

/** The largest zoom at which a whole row is in view. */
function fitting(frame, seats) {
  const width = seats * CELL + 2 * LABEL_SPACE;
  const room = frame.current.clientWidth / width;
  return Math.max(0, ZOOMS.findLastIndex((zoom) => zoom <= room));
}

/** @returns {Place | null} */
function placeOf(target) {
  const seat = target.closest("[data-seat]");
  return seat ? { row: Number(seat.dataset.row), seat: Number(seat.dataset.seat) } : null;
}

function elementAt(svg, { row, seat }) {
  return svg.querySelector(`[data-row="${row}"][data-seat="${seat}"]`);
}

/** The marks of this subsection as one string for each row: a letter under each marked seat. */
function marksByRow(plan, marks) {
  const letters = new Map();
  for (const [name, mark] of marks) {
    const prefix = `${plan.section}-${plan.subsection}-`;
    const place = name.startsWith(prefix) && name.slice(prefix.length).match(/^(\d+)-(\d+)$/);
    if (!place) continue;
    const row = Number(place[1]);
    if (!letters.has(row)) letters.set(row, Array(plan.rows[0].length).fill(" "));
    letters.get(row)[Number(place[2]) - 1] = mark[0];
  }
  return new Map([...letters].map(([row, marked]) => [row, marked.join("")]));
}

const STATES = ["available", "picked", "mine", "reserved", "sold"];

export function SeatLegend({ states = STATES }) {
  const { t } = useWords();
  return html`
    <ul class="legend" aria-label=${t("event.legend")}>
      ${states.map(
        (state) => html`
          <li class="legend__item">
            <svg class="seat" data-state=${state} viewBox="-12 -12 24 24" aria-hidden="true">
              <path d=${SEAT_PATH[state]} />
            </svg>
            ${t(`state.${state}`)}
          </li>
        `,
      )}
    </ul>
  `;
}
