// One ticket: where to sit, when and where, and what the door reads.

import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { orderNumber } from "../model/orders.js";
import { isUndivided } from "../model/venue.js";
import { useWords } from "../words/index.js";
import { EventFacts, EventName } from "./order_facts.js";

// The picture is drawn large enough to be printed; the style sheet gives its size.
const QR_SIDE = 240;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
const DIVIDED = ["section", "subsection", "row", "seat"];
const UNDIVIDED = ["section", "row", "seat"];

/**
 * @param {{ticket: any, order: any, event: any, holder: string, onSaved?: () => void}} props
 *   `onSaved`: its picture is here, so it can be shown without a network
 */
export function Ticket({ ticket, order, event, holder, onSaved }) {
  const { t, money, moment } = useWords();
  const used = ticket.checked_in_at;
  const parts = isUndivided(event, ticket.section) ? UNDIVIDED : DIVIDED;
  return html`
    <article class="pass" data-used=${used ? "yes" : "no"} aria-label=${nameOf(ticket, event, t)}>
      <header class="pass__head">
        <p class="pass__name"><${EventName} order=${order} event=${event} /></p>
        <p class="pass__facts"><${EventFacts} event=${event} /></p>
      </header>
      <dl class="pass__seat">
        ${parts.map(
          (part) => html`
            <div key=${part} class="pass__part">
              <dt>${t(`ticket.part.${part}`)}</dt>
              <dd><bdi>${String(ticket[part])}</bdi></dd>
            </div>
          `,
        )}
      </dl>
      <div class="pass__door">
        <span class="pass__qr">
          <${Picture} address=${ticket.qr} onSaved=${onSaved} />
        </span>
        <p class="pass__code">${ticket.code}</p>
        ${used &&
        html`<p class="pass__used">${t("ticket.used", { at: moment(Date.parse(used), event?.timezone) })}</p>`}
      </div>
      <p class="pass__foot">
        <span>${t("receipt.number", { number: orderNumber(order.id) })}</span>
        <bdi>${holder}</bdi>
        <span>${money(ticket.price)}</span>
      </p>
    </article>
  `;
}

/** The code as a picture; one that does not come is asked for again. */
function Picture({ address, onSaved }) {
  const { t } = useWords();
  const [tries, setTries] = useState(0);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);

  function again() {
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS);
    timer.current = setTimeout(() => setTries(tries + 1), pause);
  }

  return html`
    <img
      src=${tries === 0 ? address : `${address}?try=${tries}`}
      width=${QR_SIDE}
      height=${QR_SIDE}
      alt=${t("ticket.qr")}
      onLoad=${onSaved}
      onError=${again}
    />
  `;
}

/** "Section A, area 1, row 3, seat 10" */
export function nameOf({ section, subsection, row, seat }, event, t) {
  return t(isUndivided(event, section) ? "ticket.nameUndivided" : "ticket.name", {
    section,
    subsection: String(subsection),
    row: String(row),
    seat: String(seat),
  });
}
