// One order in a list of them.

import { useHold } from "../hold.js";
import { html } from "../html.js";
import { orderNumber } from "../model/orders.js";
import { problemText, useWords } from "../words/index.js";
import { HeldSeats } from "./held_seats.js";
import { ticketHash } from "./open_ticket.js";
import { Poster } from "./poster.js";
import { EventFacts, EventName } from "./order_facts.js";
import { CalendarLink } from "./order_state.js";
import { SeatRows } from "./seat_rows.js";

/** @param {{order: any, event: any, children?: any}} props `children`: what can be done about it */
export function OrderCard({ order, event, children }) {
  const { t, money } = useWords();
  const { id, seats, total_price: total, status, cancel_reason: reason } = order;
  return html`
    <article class="booking" data-status=${status}>
      ${event && html`<${Poster} name=${event.name} />`}
      <div class="booking__text">
        <h3 class="booking__name"><a href="/order/${id}"><${EventName} order=${order} event=${event} /></a></h3>
        <p class="booking__facts"><${EventFacts} event=${event} /></p>
        ${status !== "reserved" && html`<${SeatRows} seats=${seats} event=${event} />`}
        ${reason && html`<blockquote class="reason"><bdi>${reason}</bdi></blockquote>`}
        <p class="booking__number">
          ${[t("receipt.number", { number: orderNumber(id) }), t("mine.seats", { n: seats.length }), money(total)].join(" · ")}
        </p>
      </div>
      ${children}
    </article>
  `;
}

/** An order to come, or that was: its tickets are a press away. */
export function BoughtCard({ order, event, coming }) {
  const { t } = useWords();
  return html`
    <${OrderCard} order=${order} event=${event}>
      <div class="booking__actions">
        <a class="button ${coming ? "button--main" : "button--quiet"}" href="/order/${order.id}${ticketHash(0)}">
          ${t("ticket.show", { n: order.seats.length })}
        </a>
        ${coming && html`<${CalendarLink} order=${order} event=${event} />`}
      </div>
    <//>
  `;
}

export function HeldCard({ order, event, mine }) {
  const words = useWords();
  const own = useHold(mine, order.id);
  return html`
    <${OrderCard} order=${order} event=${event}>
      <div class="booking__hold">
        ${own.problem &&
        html`<p class="notice" data-tone="bad" role="alert">${problemText(words, own.problem)}</p>`}
        <${HeldSeats} event=${event} hold=${order} own=${own} />
      </div>
    <//>
  `;
}
