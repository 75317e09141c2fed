// Live sales of one event: the figures, a chart, and a map of where the seats went.

import { useEvent } from "../event.js";
import { html } from "../html.js";
import { useSeats, useVenue } from "../live.js";
import { countsOf, subsectionKey } from "../model/venue.js";
import { mount, useTitle } from "../mount.js";
import { ConnectionBadge, worst } from "../parts/connection.js";
import { EventActions, EventStatus, statusNow } from "../parts/event_actions.js";
import { NothingHere } from "../parts/nothing_here.js";
import { useOpenSubsection } from "../parts/open_subsection.js";
import { SalesChart } from "../parts/sales_chart.js";
import { SalesFigures } from "../parts/sales_figures.js";
import { SeatLegend, SeatMap } from "../parts/seat_map.js";
import { SellersOnly } from "../parts/sellers_only.js";
import { VenueMap, subsectionHash } from "../parts/venue_map.js";
import { problemText, useWords } from "../words/index.js";

const eventId = Number(location.pathname.split("/")[3]);
const NO_MARKS = new Map();

function SellerEventPage({ user }) {
  const words = useWords();
  const { t } = words;
  const [subsection] = useOpenSubsection();
  const live = useVenue(eventId);
  const seats = useSeats(eventId, subsection);
  const [event, problem, setEvent] = useEvent(eventId, live.connection === "over");
  useTitle(event && `${event.name} · ${t("seller.panel")}`);

  if (problem?.status === 404 || (event && event.seller_id !== user.id)) {
    return html`
      <${NothingHere} title=${t("event.notFound")}>
        <a class="button button--main" href="/seller">${t("seller.backToAll")}</a>
      <//>
    `;
  }
  if (problem) return html`<p class="banner">${problemText(words, problem)}</p>`;
  if (!event || !live.state) return html`<p class="loading">${t("connection.connecting")}</p>`;

  const { subsections } = live.state;
  const status = statusNow(event, subsections);
  return html`
    <a class="back" href="/seller">${t("seller.backToAll")}</a>
    <header class="titlebar">
      <div>
        <h1><bdi>${event.name}</bdi></h1>
        <p class="event__facts">
          <bdi>${event.venue_name}</bdi>
          <${EventStatus} event=${{ ...event, status }} />
          <${ConnectionBadge} connection=${worst(subsection ? [live.connection, seats.connection] : [live.connection])} />
          <a href="/event/${event.id}">${t("seller.publicPage")}</a>
        </p>
      </div>
      <${EventActions} event=${event} onChange=${setEvent} />
    </header>
    <div class="dashboard">
      <section class="panel dashboard__wide"><${SalesFigures} subsections=${subsections} /></section>
      <section class="panel" aria-labelledby="chart-title">
        <h2 id="chart-title">${t("sales.chart")}</h2>
        <${SalesChart} sold=${countsOf(subsections).sold} />
      </section>
      <section class="panel" aria-labelledby="venue-title">
        <h2 id="venue-title" tabindex="-1">${t("sales.map")}</h2>
        <p class="hint">${t("sales.mapHint")}</p>
        <${VenueMap}
          subsections=${subsections}
          open=${subsection && subsectionKey(subsection)}
          describe=${describe}
        />
      </section>
      ${subsection &&
      html`
        <section class="panel dashboard__wide" aria-labelledby="subsection-title">
          <div class="event__maphead">
            <div>
              <a class="back" href="#">${t("sales.closeSubsection")}</a>
              <h2 id="subsection-title" tabindex="-1"><bdi>${t("event.subsection", subsection)}</bdi></h2>
            </div>
            <${SeatLegend} states=${["available", "reserved", "sold"]} />
          </div>
          ${seats.state
            ? html`<${SeatMap} key=${subsectionHash(subsection)} plan=${seats.state} marks=${NO_MARKS} />`
            : html`<p class="loading">${t("event.loading")}</p>`}
        </section>
      `}
    </div>
  `;
}

function describe({ section, subsection, sold, reserved, available, total }, { t }) {
  return {
    fill: sold / total,
    figure: t("sales.tileSold", { n: sold }),
    label: t("sales.tile", { section, subsection, sold, reserved, left: available }),
  };
}

mount(() => html`<${SellersOnly} page=${SellerEventPage} title="seller.panel" />`);
