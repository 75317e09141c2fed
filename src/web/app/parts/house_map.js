// The map of a house: one canvas from the whole of it to the single seat, and beside it the same as a list
// of links and a table of seats, which are always there for screen readers.
//
// In: `seating` (model/house.js), `subsections` with their counts (model/venue.js), `plans`: the seats that
// are known, by area's key (model/seats.js), `marks`: what single seats mean to this person, by seat name,
// and `open`: the key of the area that is gone near to, or null for the whole house.
// Out: `onPick(seat, state)` a seat was tapped or chosen by key; `onOpen(area, "go" | "is")` this area (or
// null: the whole house) should be opened, or is in view already; `onView(areas)` the areas whose seats
// would be drawn if they were known, nearest to the middle first.
// `look` is a list of seats to go to; another list is another movement. `describe` says what an area tells.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { HouseView } from "../map/house_view.js";
import { html } from "../html.js";
import { houseOf } from "../model/house.js";
import { STATES, markedRows, marksByArea } from "../model/map_rows.js";
import { huesOf } from "../model/price_hues.js";
import { countsOf, subsectionKey } from "../model/venue.js";
import { useWords } from "../words/index.js";
import { AreaList } from "./area_list.js";
import { MapTip } from "./map_tip.js";
import { SeatTable } from "./seat_table.js";

const MOST_AREAS = 40;
const WIDE = 1.5;
const TALL = 0.85;
const NO_MARKS = new Map();
const NO_PLANS = new Map();
const nothing = () => {};

/**
 * @typedef {import("../model/seats.js").Seat} Seat
 * @typedef {import("../model/venue.js").Subsection} Subsection
 * @typedef {(subsection: Subsection, words: import("../words/index.js").Words)
 *           => {facts: string, figure: string, fill: number}} Describe what an area tells beside its
 *   name: in few signs and in words; `fill` from 0 to 1
 * @param {{
 *   seating: import("../model/house.js").Seating,
 *   subsections: Subsection[],
 *   describe: Describe,
 *   plans?: Map<string, import("../model/seats.js").SeatPlan>,
 *   marks?: Map<string, "picked" | "held" | "bought">,
 *   open?: string | null,
 *   look?: Seat[] | null,
 *   onPick?: (seat: Seat, state: string) => void,
 *   onOpen?: (area: {section: string, subsection: number} | null, how: "go" | "is") => void,
 *   onView?: (areas: {section: string, subsection: number, key: string}[]) => void,
 * }} props
 */
export function HouseMap({
  seating,
  subsections,
  describe,
  plans = NO_PLANS,
  marks = NO_MARKS,
  open = null,
  look = null,
  onPick,
  onOpen = nothing,
  onView = nothing,
}) {
  const words = useWords();
  const { t, money } = words;
  const root = useRef(/** @type {any} */ (null));
  const canvas = useRef(/** @type {any} */ (null));
  const view = useRef(/** @type {HouseView | null} */ (null));
  const tip = useRef({ tell: (/** @type {any} */ _spot, /** @type {any} */ _pixel) => {} });
  const shownOpen = useRef(/** @type {string | null} */ (null));
  const [aspect, setAspect] = useState(0);
  const [listed, setListed] = useState(() => matchMedia("(forced-colors: active)").matches);
  const [near, setNear] = useState(false);
  const [touched] = useState(() => matchMedia("(pointer: coarse)").matches);

  const form = JSON.stringify(seating);
  const house = useMemo(() => (aspect ? houseOf(seating, aspect) : null), [form, aspect]);
  const hues = useMemo(() => huesOf(seating.sections.map(({ price }) => price)), [form]);
  const marked = useMemo(() => marksByArea(marks), [marks]);
  const rows = useMemo(
    () => new Map([...plans].map(([key, plan]) => [key, markedRows(plan.rows, marked.get(key))])),
    [plans, marked],
  );
  const figures = useFigures(subsections, describe, words);
  const scene = useMemo(
    () =>
      house && {
        ...{ house, hues, figures, rows },
        stage: t("event.stage"),
        money: (price) => (price === 0 ? t("card.free") : money(price)),
      },
    [house, hues, figures, rows, words],
  );

  const stateAt = (spot) => STATES[rows.get(spot.area.key)?.[spot.row - 1]?.[spot.seat - 1] ?? ""];

  function pick(area, { row, seat }) {
    const { section, subsection, price, key } = area;
    if (key !== open) tellOpen(area);
    onPick?.({ section, subsection, row, seat, price }, stateAt({ area, row, seat }));
  }

  /** The keyboard goes on where the pointer was. */
  function focusSeat({ row, seat }) {
    const cell = root.current?.querySelector(`td[data-row="${row}"][data-seat="${seat}"]`);
    cell?.focus({ preventScroll: true });
  }

  /** The view is there already: the page only has to know. */
  function tellOpen(area) {
    shownOpen.current = area?.key ?? null;
    onOpen(area && { section: area.section, subsection: area.subsection }, "is");
  }

  // The canvas outlives every drawing; what it calls is that of the newest one.
  const now = useRef(/** @type {any} */ ({}));
  now.current = {
    onPoint: (spot, pixel) => tip.current.tell(spot, pixel),
    onTap(spot) {
      if (spot.row !== undefined) {
        pick(spot.area, spot);
        requestAnimationFrame(() => focusSeat(spot));
      }
      else if (spot.area.key === open) view.current?.goToArea(spot.area);
      else onOpen({ section: spot.area.section, subsection: spot.area.subsection }, "go");
    },
    onRest(byHand) {
      const { areasInView, showsSeats, isWhole } = read(view.current);
      setNear(showsSeats);
      const inView = showsSeats ? areasInView.slice(0, MOST_AREAS) : [];
      onView(inView);
      if (!byHand || areasInView.some(({ key }) => key === open && showsSeats)) return;
      const middle = showsSeats && !isWhole ? (view.current?.areaInTheMiddle() ?? null) : null;
      if ((middle?.key ?? null) !== open) tellOpen(middle);
    },
  };

  useLayoutEffect(() => {
    const its = new HouseView(canvas.current, {
      onPoint: (spot, pixel) => now.current.onPoint(spot, pixel),
      onTap: (spot) => now.current.onTap(spot),
      onRest: (byHand) => now.current.onRest(byHand),
    });
    view.current = its;
    const measure = () => {
      if (!its.resize()) return;
      const { width, height } = its.screen;
      setAspect(width > 1.2 * height ? WIDE : TALL);
      now.current.onRest(false);
    };
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(canvas.current);
    return () => {
      watch.disconnect();
      its.stop();
    };
  }, []);

  useLayoutEffect(() => {
    if (!scene) return;
    view.current?.show(scene);
  }, [scene]);

  // Go where the page says, but not where the view has come from by itself.
  const first = useRef(true);
  useLayoutEffect(() => {
    if (!house) return;
    const area = open === null ? null : house.byKey.get(open);
    if (area && (shownOpen.current !== open || first.current)) view.current?.goToArea(area, first.current ? 0 : undefined);
    else if (open === null && shownOpen.current !== null) view.current?.goToWhole();
    else now.current.onRest(false);
    shownOpen.current = open;
    first.current = false;
  }, [open, house]);

  useEffect(() => {
    if (!look || !house) return;
    const spots = look.flatMap((seat) => {
      const area = house.byKey.get(subsectionKey(seat));
      return area ? [{ area, row: seat.row, seat: seat.seat }] : [];
    });
    view.current?.goToSeats(spots);
  }, [look]);

  function setCursor(spot) {
    view.current?.setCursor(spot);
    tip.current.tell(spot, spot && view.current?.pixelOf(spot));
  }

  function onKeyDown(event) {
    if (event.altKey || event.metaKey || event.ctrlKey) return;
    const factor = { "+": 1.5, "=": 1.5, "-": 1 / 1.5 }[event.key];
    if (!factor) return;
    event.preventDefault();
    view.current?.zoom(factor);
  }

  function goToWhole() {
    view.current?.goToWhole();
    if (open !== null) tellOpen(null);
  }

  const area = house && open !== null ? house.byKey.get(open) : null;
  const plan = open === null ? undefined : plans.get(open);
  return html`
    <div class="housemap" ref=${root} onKeyDown=${onKeyDown}>
      <div class="housemap__frame">
        <canvas class="housemap__canvas" ref=${canvas} aria-hidden="true"></canvas>
        <${MapTip} told=${tip} subsections=${subsections} stateAt=${stateAt} hues=${hues} />
        <div class="housemap__tools" role="group" aria-label=${t("map.tools")}>
          <${Tool} label=${t("map.zoomIn")} onPress=${() => view.current?.zoom(1.6)} path="M12 5v14M5 12h14" />
          <${Tool} label=${t("map.zoomOut")} onPress=${() => view.current?.zoom(1 / 1.6)} path="M5 12h14" />
          <${Tool} label=${t("map.whole")} onPress=${goToWhole} path="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5" />
        </div>
      </div>
      <div class="housemap__below">
        <p class="hint">${t(`map.hint.${touched ? "touch" : "mouse"}${near ? "Near" : "Far"}`)}</p>
        <button class="switch" type="button" aria-expanded=${listed ? "true" : "false"} onClick=${() => setListed(!listed)}>
          ${t("map.asList")}
        </button>
      </div>
      ${house &&
      html`
        <${AreaList}
          house=${house}
          hues=${hues}
          subsections=${subsections}
          open=${open}
          shown=${listed}
          describe=${describe}
          onCursor=${(key) => setCursor(key === null ? null : { area: house.byKey.get(key) })}
        />
      `}
      ${plan &&
      area &&
      html`
        <${SeatTable}
          key=${open}
          plan=${plan}
          undivided=${area.undivided}
          marks=${marked.get(area.key)}
          shown=${listed}
          onPick=${onPick && ((place) => pick(area, place))}
          onCursor=${(place) => setCursor(place && { area, ...place })}
        />
      `}
    </div>
  `;
}

function Tool({ label, path, onPress }) {
  return html`
    <button class="housemap__tool" type="button" aria-label=${label} title=${label} onClick=${onPress}>
      <svg viewBox="0 0 24 24" aria-hidden="true"><path d=${path} /></svg>
    </button>
  `;
}

const read = (view) => ({
  areasInView: view?.areasInView() ?? [],
  showsSeats: view?.showsSeats ?? false,
  isWhole: view?.isWhole ?? true,
});

/** What every area tells; one whose counts are the same value is not described again. */
function useFigures(subsections, describe, words) {
  const kept = useRef({ describe, words, figures: new WeakMap() });
  return useMemo(() => {
    if (kept.current.describe !== describe || kept.current.words !== words) {
      kept.current = { describe, words, figures: new WeakMap() };
    }
    const { figures } = kept.current;
    return new Map(
      subsections.map((subsection) => {
        if (!figures.has(subsection)) {
          const { fill, figure } = describe(subsection, words);
          figures.set(subsection, { fill, figure, none: countsOf([subsection]).available === 0 });
        }
        return [subsectionKey(subsection), figures.get(subsection)];
      }),
    );
  }, [subsections, describe, words]);
}
