// The desk of one event: what its seller does with it, a page for each, with the same head above them.

import { useEffect, useState } from "preact/hooks";
import * as api from "../api.js";
import { html } from "../html.js";
import { mount, useTitle } from "../mount.js";
import { problemText, useWords } from "../words/index.js";
import { SaleState, When, useSale } from "./dates.js";
import { EventStatus } from "./event_status.js";
import { NothingHere } from "./nothing_here.js";
import { Poster } from "./poster.js";
import { SellersOnly } from "./sellers_only.js";

const PAGES = { overview: "", orders: "/orders", seats: "/seats", edit: "/edit", door: "/door" };

export const deskAddress = (/** @type {number} */ eventId, /** @type {keyof typeof PAGES} */ page) =>
  `/seller/event/${eventId}${PAGES[page]}`;

/**
 * Draw a page of the desk that the address names. `view` gets `event`, `etag`, `setEvent` and `reload`;
 * it draws the head itself, so that it can say there what it knows.
 * @param {keyof typeof PAGES} name @param {any} view
 */
export function mountDesk(name, view) {
  const page = ({ user }) => html`<${OwnEvent} user=${user} name=${name} view=${view} />`;
  mount(() => html`<${SellersOnly} page=${page} title=${`desk.${name}`} />`);
}

function OwnEvent({ user, name, view }) {
  const words = useWords();
  const { t } = words;
  const eventId = Number(location.pathname.split("/")[3]);
  const [found, setFound] = useState(/** @type {{event: any, etag: string} | null} */ (null));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const reload = () => api.eventWithTag(eventId).then(setFound, setProblem);
  useEffect(() => {
    reload();
  }, []);
  useTitle(found && `${found.event.name} · ${t(`desk.${name}`)}`);

  if (problem?.status === 404 || (found && found.event.seller_id !== user.id)) {
    return html`
      <${NothingHere} title=${t("event.notFound")}>
        <a class="button button--main" href="/seller">${t("seller.backToAll")}</a>
      <//>
    `;
  }
  if (!found) {
    return problem
      ? html`<p class="banner">${problemText(words, problem)}</p>`
      : html`<p class="loading">${t("connection.connecting")}</p>`;
  }
  // What a change answers has no counts, which are in the seating.
  const setEvent = ({ seating_config: _, ...event }) =>
    setFound((now) => now && { ...now, event: { ...now.event, ...event } });
  return html`<${view} event=${found.event} etag=${found.etag} setEvent=${setEvent} reload=${reload} />`;
}

/**
 * @param {{event: any, current: keyof typeof PAGES, available?: number, children?: any}} props `available`:
 *   seats left, where that is known by now; the children stand beside the event's facts
 */
export function DeskHead({ event, current, available, children }) {
  const { t } = useWords();
  const { state } = useSale(event, available);
  return html`
    <a class="back" href="/seller">${t("seller.backToAll")}</a>
    <header class="desk__head">
      <${Poster} name=${event.name} soon />
      <h1><bdi>${event.name}</bdi></h1>
      <p class="event__facts">
        <bdi>${event.venue_name}</bdi>
        <${When} event=${event} />
        <${EventStatus} event=${event} available=${available} />
        ${["soon", "closing"].includes(state) && html`<${SaleState} event=${event} available=${available} />`}
        ${children}
      </p>
    </header>
    <nav class="tabs" aria-label=${t("desk.pages")}>
      ${Object.keys(PAGES).map(
        (page) => html`
          <a
            key=${page}
            href=${deskAddress(event.id, /** @type {keyof typeof PAGES} */ (page))}
            aria-current=${page === current ? "page" : undefined}
          >
            ${t(`desk.${page}`)}
          </a>
        `,
      )}
    </nav>
  `;
}
