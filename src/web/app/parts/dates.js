// When an event is, and when its seats are sold: a line of text each.

import { html } from "../html.js";
import { serverClock } from "../server_clock.js";
import { useWords } from "../words/index.js";

/** @param {{event: any}} props an event as the service answers it */
export function Dates({ event }) {
  const { t, moment } = useWords();
  const show = (/** @type {string} */ name) => moment(Date.parse(event[name]), event.timezone);
  const sale = saleLine(event, serverClock.now());
  return html`
    ${event.starts_at && html`<span class="dates">${t("dates.starts", { at: show("starts_at") })}</span>`}
    ${sale && html`<span class="dates">${t(`dates.${sale.says}`, { at: show(sale.name) })}</span>`}
  `;
}

/** What is worth saying of the sale now: that it opens, that it closes, or that it is over. */
function saleLine(event, now) {
  if (now < Date.parse(event.sale_opens_at)) return { says: "opens", name: "sale_opens_at" };
  if (!event.sale_closes_at) return null;
  const over = Date.parse(event.sale_closes_at) <= now;
  return { says: over ? "closed" : "closes", name: "sale_closes_at" };
}
