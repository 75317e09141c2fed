// The tickets of an order on its page, and, of that page, all that is printed.

import { html } from "../html.js";
import { useWords } from "../words/index.js";
import { ticketHash } from "./open_ticket.js";
import { Ticket, nameOf } from "./ticket.js";

/** @param {{tickets: any[], order: any, event: any, holder: string}} props */
export function TicketList({ tickets, order, event, holder }) {
  const { t } = useWords();
  return html`
    <section class="tickets" aria-labelledby="tickets-title">
      <div class="tickets__head">
        <h2 id="tickets-title">${t("ticket.title", { n: tickets.length })}</h2>
        <button class="button button--second" type="button" onClick=${() => print()}>${t("ticket.print")}</button>
      </div>
      <ul class="passes">
        ${tickets.map(
          (ticket, at) => html`
            <li key=${ticket.seat_identifier} class="passes__one">
              <${Ticket} ...${{ ticket, order, event, holder }} />
              <a class="button button--quiet passes__show" href=${ticketHash(at)}>
                ${t("ticket.showOne")}<span class="visually-hidden"> ${nameOf(ticket, event, t)}</span>
              </a>
            </li>
          `,
        )}
      </ul>
    </section>
  `;
}
