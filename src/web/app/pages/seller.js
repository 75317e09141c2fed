// The seller's own events, in every status, with their sales as they happen.

import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "../api.js";
import { html } from "../html.js";
import { usePolledVenue } from "../live.js";
import { mount } from "../mount.js";
import { EventActions, EventStatus, statusNow } from "../parts/event_actions.js";
import { useInView } from "../parts/in_view.js";
import { NothingHere } from "../parts/nothing_here.js";
import { SalesFigures } from "../parts/sales_figures.js";
import { SellersOnly } from "../parts/sellers_only.js";
import { problemText, useWords } from "../words/index.js";

function SellerPage({ user }) {
  const words = useWords();
  const { t } = words;
  const [events, setEvents] = useState(/** @type {any[] | null} */ (null));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  useEffect(() => {
    api.eventsOf(user.id).then(setEvents, setProblem);
  }, []);

  if (problem) return html`<p class="banner">${problemText(words, problem)}</p>`;
  if (!events) return html`<p class="loading">${t("connection.connecting")}</p>`;
  const create = html`<a class="button button--main" href="/seller/new">${t("seller.new")}</a>`;
  if (events.length === 0) return html`<${NothingHere} title=${t("seller.empty")}>${create}<//>`;

  const replace = (changed) =>
    setEvents((now) => now?.map((event) => (event.id === changed.id ? { ...event, ...changed } : event)) ?? null);
  return html`
    <header class="titlebar"><h1>${t("seller.title")}</h1>${create}</header>
    <ul class="shows">
      ${events.map(
        (event) => html`<li key=${event.id}><${Show} event=${event} onChange=${replace} /></li>`,
      )}
    </ul>
  `;
}

function Show({ event, onChange }) {
  const { t } = useWords();
  const row = useRef(/** @type {any} */ (null));
  const venue = usePolledVenue(event.id, useInView(row));
  const status = statusNow(event, venue?.subsections ?? []);
  return html`
    <article class="panel show" ref=${row}>
      <div class="show__head">
        <h2 class="show__name"><a href="/seller/event/${event.id}"><bdi>${event.name}</bdi></a></h2>
        <p class="show__venue"><bdi>${event.venue_name}</bdi></p>
        <p class="show__status"><${EventStatus} event=${{ ...event, status }} /></p>
      </div>
      <div class="show__sales">
        ${venue && html`<${SalesFigures} subsections=${venue.subsections} />`}
      </div>
      <div class="show__foot">
        <a href="/seller/event/${event.id}">${t("seller.panel")}</a>
        <a href="/event/${event.id}">${t("seller.publicPage")}</a>
        <${EventActions} event=${event} onChange=${onChange} />
      </div>
    </article>
  `;
}

mount(() => html`<${SellersOnly} page=${SellerPage} title="seller.title" />`);
