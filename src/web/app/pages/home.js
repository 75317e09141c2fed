// The front page: what is on sale, as cards that follow the sale while they are in view.

import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "../api.js";
import { html } from "../html.js";
import { usePolledVenue } from "../live.js";
import { countsOf, priceRange } from "../model/venue.js";
import { mount, useTitle } from "../mount.js";
import { Availability, PriceRange } from "../parts/availability.js";
import { Dates } from "../parts/dates.js";
import { HouseArt } from "../parts/house_art.js";
import { useInView } from "../parts/in_view.js";
import { problemText, useWords } from "../words/index.js";

const NEW_EVENTS_EVERY_MS = 15_000;

function HomePage() {
  const words = useWords();
  const { t } = words;
  const [events, setEvents] = useState(/** @type {any[] | null} */ (null));
  const [more, setMore] = useState(/** @type {string | null} */ (null));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  useTitle(t("home.title"));

  useEffect(() => {
    let shown = 0;
    async function load() {
      try {
        const page = await api.eventsOnSale();
        setProblem(null);
        setEvents((now) => withNew(now, page.events));
        if (shown === 0) setMore(page.next);
        shown += 1;
      } catch (failure) {
        setProblem(failure);
      }
    }
    load();
    const timer = setInterval(() => {
      if (!document.hidden) load();
    }, NEW_EVENTS_EVERY_MS);
    return () => clearInterval(timer);
  }, []);

  async function showMore() {
    try {
      const page = await api.eventsOnSale(more);
      setEvents((now) => [...(now ?? []), ...page.events]);
      setMore(page.next);
    } catch (failure) {
      setProblem(failure);
    }
  }

  return html`
    <div class="home">
      <header class="home__head">
        <h1>${t("home.title")}</h1>
        <p class="lead">${t("home.lead")}</p>
      </header>
      ${problem && html`<p class="banner">${problemText(words, problem)}</p>`}
      ${!events && !problem && html`<p class="loading">${t("connection.connecting")}</p>`}
      ${events?.length === 0 &&
      html`
        <div class="nothing">
          <p class="nothing__title">${t("home.empty")}</p>
          <p>${t("home.emptyHint")}</p>
        </div>
      `}
      <ul class="cards">
        ${events?.map((event) => html`<li key=${event.id}><${EventCard} event=${event} /></li>`)}
      </ul>
      ${more &&
      html`<button class="button button--second" type="button" onClick=${showMore}>${t("home.more")}</button>`}
    </div>
  `;
}

/** The cards stay where they are; events that are new since then come first. */
function withNew(shown, newest) {
  if (!shown) return newest;
  const known = new Set(shown.map(({ id }) => id));
  return [...newest.filter(({ id }) => !known.has(id)), ...shown];
}

function EventCard({ event }) {
  const { t } = useWords();
  const card = useRef(/** @type {any} */ (null));
  const inView = useInView(card);
  const venue = usePolledVenue(event.id, inView);
  return html`
    <article class="ticket" ref=${card}>
      <div class="ticket__body">
        <${HouseArt} subsections=${venue?.subsections ?? []} />
        <div class="ticket__text">
          <h2 class="ticket__name"><a href="/event/${event.id}"><bdi>${event.name}</bdi></a></h2>
          <p class="ticket__venue"><bdi>${event.venue_name}</bdi></p>
          <div class="ticket__dates"><${Dates} event=${event} /></div>
          <${PriceRange} range=${priceRange(event.seating_config.sections)} />
        </div>
        <div class="ticket__stub">
          ${venue && html`<${Availability} counts=${countsOf(venue.subsections)} />`}
          <span class="ticket__go" aria-hidden="true">${t("card.open")}</span>
        </div>
      </div>
    </article>
  `;
}

mount(HomePage);
