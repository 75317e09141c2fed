// When an event is, and how its sale stands: on every page that shows an event.
//
//   <When event />               day and time in the event's own zone, with the zone's name where its
//                                clocks differ from the reader's. Nothing without a date.
//   <SaleState event available?/>   "On sale in 2 days 3 hr" and the like, which counts by the service's
//                                clock and goes over to what comes next by itself. `available`: seats
//                                left, where the page knows them better than `event.status`. Nothing
//                                while the sale is simply open without an end.
//   useSale(event, available?)   {state, at?} of model/moments.js, live, for a page that draws it itself.
//
// `event` is an event as the service answers it. Each is one inline element (`.when`, `.sale`).

import { useEffect, useState } from "preact/hooks";
import { html } from "../html.js";
import { dayOf, lengthOf, saleOf, timeOf, untilNext, zoneOf } from "../model/moments.js";
import { serverClock } from "../server_clock.js";
import { useWords } from "../words/index.js";

/** @param {{event: any}} props */
export function When({ event }) {
  const { language, t } = useWords();
  if (!event.starts_at) return null;
  const at = Date.parse(event.starts_at);
  const zone = zoneOf(language, at, event.timezone);
  const day = dayOf(language, at, event.timezone, serverClock.now());
  return html`
    <time class="when" datetime=${event.starts_at}>
      ${t("dates.when", { day, time: timeOf(language, at, event.timezone) })}
      ${zone && html`${" "}<span class="when__zone">${zone}</span>`}
    </time>
  `;
}

/** @param {{event: any, available?: number}} props */
export function SaleState({ event, available }) {
  const { language, t } = useWords();
  const { state, at } = useSale(event, available);
  if (state === "open" && at === undefined) return null;
  if (at === undefined) return html`<span class="sale" data-sale=${state}>${t(`sale.${state}`)}</span>`;
  const day = dayOf(language, at, event.timezone, serverClock.now());
  const moment = t("dates.when", { day, time: timeOf(language, at, event.timezone) });
  const counts = state === "soon" || state === "closing";
  const left = counts && lengthOf(language, at - serverClock.now());
  return html`
    <span class="sale" data-sale=${state}>
      ${counts
        ? html`<strong>${t(`sale.${state}In`, { time: left })}</strong>${" "}
            <span class="sale__at">${moment}</span>`
        : t(`sale.${state}`, { at: moment })}
    </span>
  `;
}

/**
 * How the sale stands; renders again when that changes, and as often as a countdown has to be written.
 * @param {any} event @param {number} [available]
 */
export function useSale(event, available) {
  const [, setTick] = useState(0);
  const now = serverClock.now();
  const sale = saleOf(event, now, available);
  const left = sale.at === undefined ? 0 : sale.at - now;
  const waits = left > 0;
  useEffect(() => {
    if (!waits) return undefined;
    let timer = 0;
    function tick() {
      setTick((ticks) => ticks + 1);
      const still = sale.at - serverClock.now();
      if (still > 0) timer = setTimeout(tick, untilNext(still));
    }
    timer = setTimeout(tick, untilNext(left));
    return () => clearTimeout(timer);
  }, [waits, sale.at]);
  return sale;
}
