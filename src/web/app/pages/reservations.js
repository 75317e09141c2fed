// "My tickets": what is held, what is coming, what was, and what came to nothing.

import { useEffect, useState } from "preact/hooks";
import { announce } from "../announce.js";
import { useEvents } from "../events.js";
import { html } from "../html.js";
import { FOLDED, shelvesOf } from "../model/orders.js";
import { mount, useTitle } from "../mount.js";
import { useMyReservations } from "../my_reservations.js";
import { BuyersOnly } from "../parts/buyers_only.js";
import { NothingHere } from "../parts/nothing_here.js";
import { BoughtCard, HeldCard, OrderCard } from "../parts/order_card.js";
import { serverClock } from "../server_clock.js";
import { problemText, useWords } from "../words/index.js";
import { moveSaying } from "../words/saying.js";

// What this page does to a hold: buy it, or release it or a part of it.
const DONE = { confirmed: "hold.confirmed", released: "hold.released", reserved: "hold.released" };

function MyTicketsPage({ user }) {
  const words = useWords();
  const { t } = words;
  const mine = useMyReservations(user);
  const { list, isRead, problem } = mine;
  const [isUnfolded, setUnfolded] = useState(false);
  const told = list.filter(({ status }) => isUnfolded || !FOLDED.includes(status));
  const events = useEvents([...new Set(told.map(({ event_id: id }) => id))]);
  useTitle(t("mine.title"));
  const notice = useNotice(mine, words, events);

  if (!isRead && problem) return html`<p class="banner">${problemText(words, problem)}</p>`;
  if (!isRead) return html`<p class="loading">${t("connection.connecting")}</p>`;
  if (list.length === 0) {
    return html`
      <${NothingHere} title=${t("mine.empty")}>
        <a class="button button--main" href="/">${t("mine.browse")}</a>
      <//>
    `;
  }
  const shelves = shelvesOf(list, events, serverClock.now());
  const cards = (orders, card, props = {}) => html`
    <ul class="bookings">
      ${orders.map(
        (order) => html`
          <li key=${order.id}>
            <${card} order=${order} event=${events.get(order.event_id)} ...${props} />
          </li>
        `,
      )}
    </ul>
  `;
  const shelf = (name, card, props) =>
    shelves[name].length > 0 &&
    html`
      <section class="shelf" aria-labelledby=${`shelf-${name}`}>
        <h2 id=${`shelf-${name}`}>${t(`mine.shelf.${name}`)}</h2>
        ${cards(shelves[name], card, props)}
      </section>
    `;
  return html`
    <h1>${t("mine.title")}</h1>
    ${problem && html`<p class="notice" data-tone="bad" role="alert">${problemText(words, problem)}</p>`}
    ${mine.asking && html`<p class="notice" data-tone="bad" role="status">${t("hold.asking")}</p>`}
    ${notice && html`<p class="notice" data-tone=${notice.tone}>${words.tell(notice.saying)}</p>`}
    ${shelf("held", HeldCard, { mine })}
    ${shelf("coming", BoughtCard, { coming: true })}
    ${shelf("past", BoughtCard, { coming: false })}
    ${shelf("cancelled", OrderCard)}
    ${shelves.gone.length > 0 &&
    html`
      <details class="shelf" onToggle=${(toggle) => setUnfolded(toggle.currentTarget.open)}>
        <summary>${t("mine.gone", { n: shelves.gone.length })}</summary>
        ${isUnfolded && cards(shelves.gone, OrderCard)}
      </details>
    `}
  `;
}

/** What became of an order while this page is open: it is on another shelf by then. */
function useNotice(mine, words, events) {
  const [notice, setNotice] = useState(/** @type {any} */ (null));
  useEffect(
    () =>
      mine.onMoves((moves) => {
        const { after, here } = moves.at(-1);
        const next = here
          ? { tone: "good", saying: { key: DONE[after.status] } }
          : moveSaying(moves.at(-1), events.get(after.event_id), false);
        setNotice(next);
        announce(words.tell(next.saying));
      }),
    [mine, words, events],
  );
  return notice;
}

mount(() => html`<${BuyersOnly} page=${MyTicketsPage} />`);
