// Live sales of one event: the figures, a chart, and a map of where the seats went.

import { useEffect } from "preact/hooks";
import { html } from "../html.js";
import { useSeats, useVenue } from "../live.js";
import { countsOf, subsectionKey } from "../model/venue.js";
import { ConnectionBadge, worst } from "../parts/connection.js";
import { DeskHead, mountDesk } from "../parts/desk.js";
import { EventActions, statusNow } from "../parts/event_actions.js";
import { useOpenSubsection } from "../parts/open_subsection.js";
import { SalesChart } from "../parts/sales_chart.js";
import { SalesFigures } from "../parts/sales_figures.js";
import { SeatLegend, SeatMap } from "../parts/seat_map.js";
import { VenueMap, subsectionHash } from "../parts/venue_map.js";
import { useWords } from "../words/index.js";

const NO_MARKS = new Map();

function OverviewPage({ event, setEvent, reload }) {
  const { t } = useWords();
  const [subsection] = useOpenSubsection();
  const live = useVenue(event.id);
  const seats = useSeats(event.id, subsection);
  const over = live.connection === "over";
  useEffect(() => {
    if (over) reload();
  }, [over]);

  const subsections = live.state?.subsections ?? [];
  const status = statusNow(event, subsections);
  return html`
    <${DeskHead} event=${{ ...event, status }} current="overview">
      <${ConnectionBadge} connection=${worst(subsection ? [live.connection, seats.connection] : [live.connection])} />
    <//>
    <div class="desk__actions">
      <a href="/event/${event.id}">${t("seller.publicPage")}</a>
      <a href="/seller/new?copy=${event.id}">${t("seller.copy")}</a>
      <${EventActions} event=${event} onChange=${setEvent} />
    </div>
    ${live.state
      ? html`<${LiveSales} subsections=${subsections} subsection=${subsection} seats=${seats} />`
      : html`<p class="loading">${t("connection.connecting")}</p>`}
  `;
}

function LiveSales({ subsections, subsection, seats }) {
  const { t } = useWords();
  return html`
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

mountDesk("overview", OverviewPage);
