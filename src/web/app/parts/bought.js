// What the buyer has bought of an event, on its own page: the order and where it goes on from here.

import { html } from "../html.js";
import { orderNumber } from "../model/orders.js";
import { useWords } from "../words/index.js";
import { ticketHash } from "./open_ticket.js";
import { CalendarLink } from "./order_state.js";
import { SeatRows } from "./seat_rows.js";

const MOST_SHOWN = 3;

/** @param {{orders: any[], event: any}} props newest first */
export function Bought({ orders, event }) {
  const { t } = useWords();
  if (orders.length === 0) return null;
  return html`
    <div class="bought">
      ${orders.slice(0, MOST_SHOWN).map(
        (order) => html`<${BoughtOrder} key=${order.id} order=${order} event=${event} />`,
      )}
      <a class="bought__all" href="/reservations">${t("mine.title")}</a>
    </div>
  `;
}

function BoughtOrder({ order, event }) {
  const { t, money } = useWords();
  const { id, seats } = order;
  const title = `bought-${id}`;
  return html`
    <section class="bought__order" aria-labelledby=${title}>
      <h3 id=${title}>${t("receipt.number", { number: orderNumber(id) })}</h3>
      <${SeatRows} seats=${seats} event=${event} />
      <p class="total"><span>${t("order.total")}</span> <strong>${money(order.total_price)}</strong></p>
      <p>${t("bought.next", { n: seats.length })}</p>
      <div class="receipt__actions">
        <a class="button button--main" href="/order/${id}${ticketHash(0)}">
          ${t("ticket.show", { n: seats.length })}
        </a>
        <${CalendarLink} order=${order} event=${event} />
        <a class="button button--quiet" href="/order/${id}">${t("bought.order")}</a>
      </div>
    </section>
  `;
}
