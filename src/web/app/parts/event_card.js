// One event in the list, as a ticket: its poster, what and when, and a stub that follows the sale while
// the card is in view.

import { useRef } from "preact/hooks";
import { html } from "../html.js";
import { usePolledVenue } from "../live.js";
import { countsOf, priceRange } from "../model/venue.js";
import { useWords } from "../words/index.js";
import { Availability, PriceRange } from "./availability.js";
import { SaleState, When, useSale } from "./dates.js";
import { useInView } from "./in_view.js";
import { Poster } from "./poster.js";

/** @param {{event: any, soon: boolean}} props `soon`: in view from the start */
export function EventCard({ event, soon }) {
  const { t } = useWords();
  const card = useRef(/** @type {any} */ (null));
  const venue = usePolledVenue(event.id, useInView(card));
  const counts = venue && countsOf(venue.subsections);
  const { state } = useSale(event, counts?.available);
  const sells = state === "open" || state === "closing";
  return html`
    <article class="listing" data-sale=${state} ref=${card}>
      <${Poster} name=${event.name} soon=${soon} />
      <div class="listing__text">
        <p class="listing__when">${event.starts_at ? html`<${When} event=${event} />` : t("home.noDate")}</p>
        <h3 class="listing__name"><a href="/event/${event.id}"><bdi>${event.name}</bdi></a></h3>
        <p class="listing__venue"><bdi>${event.venue_name}</bdi></p>
      </div>
      <div class="listing__stub">
        <${PriceRange} range=${priceRange(event.seating_config.sections)} />
        ${state !== "open" && html`<p class="listing__state"><${SaleState} event=${event} available=${counts?.available} /></p>`}
        ${sells && html`<div class="listing__left">${counts && html`<${Availability} counts=${counts} />`}</div>`}
      </div>
    </article>
  `;
}
