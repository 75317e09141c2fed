// The house that a seating describes, as buyers will find it.

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { HouseView } from "../map/house_view.js";
import { html } from "../html.js";
import { houseOf } from "../model/house.js";
import { huesOf } from "../model/price_hues.js";
import { useWords } from "../words/index.js";
import { PriceLegend } from "./price_legend.js";

const MOST_DRAWN = 100_000;
const nothing = () => {};

/** @param {{seating: import("../model/house.js").Seating, seats: number}} props */
export function SeatingPreview({ seating, seats }) {
  const { t, money } = useWords();
  const canvas = useRef(/** @type {any} */ (null));
  const view = useRef(/** @type {HouseView | null} */ (null));
  const hues = huesOf(seating.sections.map(({ price }) => price));
  useLayoutEffect(() => {
    const its = new HouseView(canvas.current, { onPoint: nothing, onTap: nothing, onRest: nothing });
    view.current = its;
    const watch = new ResizeObserver(() => its.resize());
    watch.observe(canvas.current);
    its.resize();
    return () => {
      watch.disconnect();
      its.stop();
    };
  }, []);
  useEffect(() => {
    // Too much is refused anyway, and says so at its field.
    if (seats > MOST_DRAWN) return;
    const house = houseOf(seating, 1.1);
    const whole = Array(seating.rows).fill("a".repeat(seating.cols));
    view.current?.show({
      ...{ house, hues },
      figures: new Map(house.areas.map(({ key }) => [key, { fill: 1, figure: "", none: false }])),
      rows: new Map(house.areas.map(({ key }) => [key, whole])),
      stage: t("event.stage"),
      money,
    });
  }, [JSON.stringify(seating), money]);
  return html`
    <div class="preview" role="img" aria-label=${t("form.previewLabel", { n: seats })}>
      <canvas class="preview__canvas" ref=${canvas}></canvas>
    </div>
    <${PriceLegend} hues=${hues} />
  `;
}
