// The seller's own events in every status, a line each, with their sales as they happen.

import { useRef } from "preact/hooks";
import { html } from "../html.js";
import { usePages } from "../list_pages.js";
import { usePolledVenue } from "../live.js";
import { countsOf, revenueOf } from "../model/venue.js";
import { mount } from "../mount.js";
import { When } from "../parts/dates.js";
import { EventStatus } from "../parts/event_status.js";
import { useInView } from "../parts/in_view.js";
import { NothingHere } from "../parts/nothing_here.js";
import { SellersOnly } from "../parts/sellers_only.js";
import { useQuery } from "../query.js";
import { ownEventsPath } from "../seller_api.js";
import { serverClock } from "../server_clock.js";
import { problemText, useWords } from "../words/index.js";

// The address of a list must not change with each moment that passes.
const openedAt = serverClock.now();

function SellerPage({ user }) {
  const words = useWords();
  const { t } = words;
  const [{ q, sort }, setWanted] = useQuery({ q: "", sort: "" });
  const soonest = sort === "soonest";
  const { items, settled, problem, more } = usePages(ownEventsPath(user.id, { q: q.trim(), soonest }, openedAt));

  const create = html`<a class="button button--main" href="/seller/new">${t("seller.new")}</a>`;
  if (settled && items?.length === 0 && !q.trim() && !soonest) {
    return html`<${NothingHere} title=${t("seller.empty")}>${create}<//>`;
  }
  return html`
    <header class="titlebar"><h1>${t("seller.title")}</h1>${create}</header>
    <form class="search" role="search" onSubmit=${(happened) => happened.preventDefault()}>
      <div class="field search__text">
        <label class="field__label" for="q">${t("seller.search")}</label>
        <input
          id="q"
          class="input"
          type="search"
          maxlength="200"
          value=${q}
          aria-describedby="q-hint"
          onInput=${({ target }) => setWanted({ q: target.value })}
        />
        <p class="field__hint" id="q-hint">${t("seller.searchHint")}</p>
      </div>
      <div class="field">
        <label class="field__label" for="sort">${t("seller.sort")}</label>
        <select id="sort" class="input" onChange=${({ target }) => setWanted({ sort: target.value })}>
          <option value="" selected=${!soonest}>${t("seller.newest")}</option>
          <option value="soonest" selected=${soonest}>${t("seller.soonest")}</option>
        </select>
      </div>
    </form>
    ${problem && html`<p class="banner" role="alert">${problemText(words, problem)}</p>`}
    ${!items && !problem && html`<p class="loading">${t("connection.connecting")}</p>`}
    ${settled &&
    items?.length === 0 &&
    html`<p class="banner" role="status">${t(q.trim() ? "seller.noneFound" : "seller.noneToCome")}</p>`}
    ${items && items.length > 0 && html`<${Events} events=${items} />`}
    ${more && html`<button class="button button--second" type="button" onClick=${more}>${t("seller.more")}</button>`}
  `;
}

function Events({ events }) {
  const { t } = useWords();
  return html`
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">${t("seller.event")}</th>
          <th scope="col">${t("seller.date")}</th>
          <th scope="col">${t("seller.status")}</th>
          <th scope="col">${t("seller.sold")}</th>
          <th scope="col" class="table__number">${t("seller.revenue")}</th>
        </tr>
      </thead>
      <tbody>
        ${events.map((event) => html`<${Show} key=${event.id} event=${event} />`)}
      </tbody>
    </table>
  `;
}

function Show({ event }) {
  const { t, money } = useWords();
  const row = useRef(/** @type {any} */ (null));
  const venue = usePolledVenue(event.id, useInView(row));
  const counts = venue && countsOf(venue.subsections);
  return html`
    <tr class="show" ref=${row}>
      <th scope="row" class="show__name">
        <a href="/seller/event/${event.id}"><bdi>${event.name}</bdi></a>
        <bdi class="show__venue">${event.venue_name}</bdi>
      </th>
      <td class="show__date"><${When} event=${event} /></td>
      <td class="show__status"><${EventStatus} event=${event} available=${counts?.available} /></td>
      <td class="show__sold">
        ${counts &&
        html`
          <span data-figure="sold">${t("seller.soldOf", { sold: counts.sold, total: counts.total })}</span>
          <${Bar} counts=${counts} />
        `}
      </td>
      <td class="show__revenue table__number">${venue && money(revenueOf(venue.subsections))}</td>
    </tr>
  `;
}

/** How much of the house is sold, and reserved. */
function Bar({ counts }) {
  const share = (value) => `${(100 * value) / counts.total}%`;
  return html`
    <span class="sales__bar" aria-hidden="true">
      <span class="sales__sold" style=${{ width: share(counts.sold) }}></span>
      <span class="availability__held" style=${{ width: share(counts.reserved) }}></span>
    </span>
  `;
}

mount(() => html`<${SellersOnly} page=${SellerPage} title="seller.title" />`);
