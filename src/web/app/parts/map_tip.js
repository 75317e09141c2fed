// What is pointed at on a map, said beside the pointer. Screen readers have the list and the table instead.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { subsectionKey } from "../model/venue.js";
import { useWords } from "../words/index.js";
import { areaSaying } from "../words/saying.js";
import { HueMark } from "./price_legend.js";

/**
 * @param {{told: any, subsections: any[], stateAt: (spot: any) => string, hues: any}} props
 *   `told.current.tell` becomes the way to say what is pointed at, and where on the map
 */
export function MapTip({ told, subsections, stateAt, hues }) {
  const { t, tell, money } = useWords();
  const [{ spot, pixel }, setTip] = useState({ spot: /** @type {any} */ (null), pixel: { x: 0, y: 0 } });
  const box = useRef(/** @type {any} */ (null));
  told.current.tell = (next, at) => {
    if (next || spot) setTip({ spot: next, pixel: at ?? pixel });
  };
  useLayoutEffect(() => {
    if (!spot || !box.current) return;
    const { offsetWidth: width, offsetHeight: height, offsetParent } = box.current;
    const most = (offsetParent?.clientWidth ?? width) - width - 4;
    const left = Math.max(4, Math.min(most, pixel.x - width / 2));
    const above = pixel.y - height - 18;
    box.current.style.transform = `translate(${left}px, ${above > 4 ? above : pixel.y + 24}px)`;
  }, [spot, pixel]);
  if (!spot) return null;
  const { area, row, seat } = spot;
  const counts = subsections.find((one) => subsectionKey(one) === area.key);
  const where =
    row !== undefined
      ? t("order.seat", { area: area.name, row: String(row), seat: String(seat) })
      : tell(areaSaying(area, area.undivided));
  const price = area.price === 0 ? t("card.free") : money(area.price);
  return html`
    <div class="maptip" ref=${box} aria-hidden="true">
      <strong><bdi>${where}</bdi></strong>
      <span><${HueMark} hue=${hues.of(area.price)} hues=${hues} /> ${price}</span>
      <span>
        ${row === undefined
          ? counts && t("map.leftOf", { n: counts.available, total: counts.total })
          : t(`state.${stateAt(spot)}`)}
      </span>
    </div>
  `;
}
