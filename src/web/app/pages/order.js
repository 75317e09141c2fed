// One order of the buyer's: what it is of, how it stands, what can be done, and its tickets.

import { useEffect, useState } from "preact/hooks";
import { useEvents } from "../events.js";
import { html } from "../html.js";
import { orderNumber } from "../model/orders.js";
import { mount, useTitle } from "../mount.js";
import { useMyReservations } from "../my_reservations.js";
import { BuyersOnly } from "../parts/buyers_only.js";
import { NothingHere } from "../parts/nothing_here.js";
import { useOpenTicket } from "../parts/open_ticket.js";
import { EventFacts, EventName, OrderStatus } from "../parts/order_facts.js";
import { OrderState } from "../parts/order_state.js";
import { Poster } from "../parts/poster.js";
import { PricedSeats } from "../parts/priced_seats.js";
import { TicketList } from "../parts/ticket_list.js";
import { TicketViewer } from "../parts/ticket_viewer.js";
import { useTickets } from "../tickets.js";
import { problemText, useWords } from "../words/index.js";

const id = location.pathname.split("/")[2].toLowerCase();

function OrderPage({ user }) {
  const { t } = useWords();
  const mine = useMyReservations(user);
  const order = mine.list.find((one) => one.id === id);
  const isAnswered = useAnswer(mine);
  const event = useEvents(order ? [order.event_id] : []).get(order?.event_id);
  useTitle(t("receipt.number", { number: orderNumber(id) }));

  if (!order && isAnswered) {
    return html`
      <${NothingHere} title=${t("receipt.notFound")} hint=${t("receipt.notFoundHint")}>
        <a class="button button--main" href="/reservations">${t("mine.title")}</a>
      <//>
    `;
  }
  if (!order || event === undefined) return html`<p class="loading">${t("connection.connecting")}</p>`;
  const bought = order.status === "confirmed";
  return html`
    <article class="receipt">
      <header class="board receipt__head">
        ${event && html`<${Poster} name=${event.name} soon=${true} />`}
        <a class="back" href="/reservations">${t("mine.title")}</a>
        <h1><${EventName} order=${order} event=${event} /></h1>
        <p class="receipt__facts"><${EventFacts} event=${event} /></p>
        <p class="receipt__number">
          ${t("receipt.number", { number: orderNumber(id) })} <${OrderStatus} status=${order.status} />
        </p>
      </header>
      <div class="receipt__body">
        <${OrderState} mine=${mine} order=${order} event=${event} />
        ${order.status !== "reserved" && html`<${Seats} order=${order} event=${event} />`}
      </div>
      ${bought && html`<${Tickets} ...${{ mine, order, event }} holder=${user.name} />`}
    </article>
  `;
}

/** Ask for this one by itself: it may be older than all that are listed. */
function useAnswer(mine) {
  const [isAnswered, setAnswered] = useState(false);
  useEffect(() => {
    mine.settle(id).then(() => setAnswered(true));
  }, [mine]);
  return isAnswered;
}

function Seats({ order, event }) {
  const { t, money } = useWords();
  return html`
    <section class="panel receipt__seats" aria-labelledby="receipt-seats">
      <h2 id="receipt-seats">${t("receipt.seats")}</h2>
      <${PricedSeats} event=${event} seats=${order.seats} />
      <p class="total"><span>${t("order.total")}</span> <strong>${money(order.total_price)}</strong></p>
    </section>
  `;
}

function Tickets({ mine, order, event, holder }) {
  const words = useWords();
  const open = useOpenTicket();
  const { tickets, problem } = useTickets(id, open.at !== null);
  const isVoid = problem?.status === 409;
  useEffect(() => {
    if (isVoid) mine.settle(id);
  }, [isVoid]);
  if (!tickets) {
    return problem
      ? html`<p class="notice" data-tone="bad">${problemText(words, problem)}</p>`
      : html`<p class="loading">${words.t("connection.connecting")}</p>`;
  }
  const shown = { tickets, order, event, holder };
  return html`
    <${TicketList} ...${shown} />
    <${TicketViewer} ...${shown} at=${open.at} onMove=${open.move} onClose=${open.close} />
  `;
}

mount(() => html`<${BuyersOnly} page=${OrderPage} />`);
