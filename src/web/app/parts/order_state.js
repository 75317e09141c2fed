// How an order stands, in words, and what its buyer can do about it now.

import { useEffect, useRef } from "preact/hooks";
import * as api from "../api.js";
import { announce } from "../announce.js";
import { html } from "../html.js";
import { useHold } from "../hold.js";
import { problemText, useWords } from "../words/index.js";
import { HeldSeats } from "./held_seats.js";
import { ticketHash } from "./open_ticket.js";
import { subsectionHash } from "./open_subsection.js";

/** @param {{mine: import("../my_reservations.js").MyReservations, order: any, event: any}} props */
export function OrderState({ mine, order, event }) {
  const words = useWords();
  const { t } = words;
  const own = useHold(mine, order.id);
  const { problem } = own;
  const { status } = order;
  const heading = useRef(/** @type {any} */ (null));
  const first = useRef(status);
  useEffect(() => {
    if (status === first.current) return;
    first.current = status;
    announce(t(`receipt.state.${status}`));
    // The button that led here is gone, and the focus with it.
    if (document.activeElement === document.body) heading.current.focus();
  }, [status]);
  return html`
    <section class="panel receipt__state" data-status=${status} aria-labelledby="receipt-state">
      <h2 id="receipt-state" tabindex="-1" ref=${heading}>${t(`receipt.state.${status}`)}</h2>
      ${problem && html`<p class="notice" data-tone="bad" role="alert">${problemText(words, problem)}</p>`}
      ${status === "reserved" &&
      html`<${HeldSeats} event=${event} hold=${order} own=${own} />`}
      ${status === "confirmed" && html`<${Bought} order=${order} event=${event} />`}
      ${status === "cancelled" && html`<${Cancelled} order=${order} event=${event} />`}
      ${["released", "expired"].includes(status) && html`<p>${t(`receipt.hint.${status}`)}</p>`}
      ${status !== "cancelled" &&
      event &&
      html`<a class="receipt__map" href="/event/${order.event_id}${subsectionHash(order.seats[0])}">
        ${t("mine.seatMap")}
      </a>`}
    </section>
  `;
}

function Bought({ order, event }) {
  const { t } = useWords();
  return html`
    <p>${t("receipt.next", { n: order.seats.length })}</p>
    <div class="receipt__actions">
      <a class="button button--main" href=${ticketHash(0)}>${t("ticket.show", { n: order.seats.length })}</a>
      <${CalendarLink} order=${order} event=${event} />
    </div>
  `;
}

function Cancelled({ order, event }) {
  const { t, moment } = useWords();
  const { cancel_reason: reason, cancelled_at: at } = order;
  return html`
    <p>${t("receipt.hint.cancelled", { at: moment(Date.parse(at), event?.timezone) })}</p>
    ${reason && html`<blockquote class="reason"><bdi>${reason}</bdi></blockquote>`}
  `;
}

/** Only an event with a date has a place in a calendar. */
export function CalendarLink({ order, event }) {
  const { t } = useWords();
  if (!event?.starts_at) return null;
  return html`<a class="button button--second" href=${api.calendarPath(order.id)} download>${t("receipt.calendar")}</a>`;
}
