// How an event sells: the figures of now, sales over time, section by section, and where the seats went.

import { useEffect } from "preact/hooks";
import { html } from "../html.js";
import { useSeats, useVenue } from "../live.js";
import { countsOf, subsectionKey } from "../model/venue.js";
import { ConnectionBadge, worst } from "../parts/connection.js";
import { DeskHead, mountDesk } from "../parts/desk.js";
import { EventActions } from "../parts/event_actions.js";
import { CsvButton } from "../parts/csv_button.js";
import { useOpenSubsection } from "../parts/open_subsection.js";
import { ReportTable } from "../parts/report_table.js";
import { SalesChart } from "../parts/sales_chart.js";
import { SalesFigures } from "../parts/sales_figures.js";
import { SeatLegend, SeatMap } from "../parts/seat_map.js";
import { VenueMap, subsectionHash } from "../parts/venue_map.js";
import { useReport } from "../report.js";
import { reportPath } from "../seller_api.js";
import { problemText, useWords } from "../words/index.js";

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
  return html`
    <${DeskHead}
      event=${event}
      current="overview"
      available=${live.state ? countsOf(subsections).available : undefined}
    >
      <${ConnectionBadge} connection=${worst(subsection ? [live.connection, seats.connection] : [live.connection])} />
    <//>
    <div class="desk__actions">
      <a href="/event/${event.id}">${t("seller.publicPage")}</a>
      <a href="/seller/new?copy=${event.id}">${t("seller.copy")}</a>
      <${EventActions} event=${event} onChange=${setEvent} />
    </div>
    ${live.state
      ? html`<${LiveSales} event=${event} subsections=${subsections} subsection=${subsection} seats=${seats} />`
      : html`<p class="loading">${t("connection.connecting")}</p>`}
  `;
}

function LiveSales({ event, subsections, subsection, seats }) {
  const words = useWords();
  const { t } = words;
  const { sold, reserved } = countsOf(subsections);
  const { report, problem } = useReport(event.id, `${sold}/${reserved}`);
  return html`
    <div class="dashboard">
      <section class="panel dashboard__wide">
        <${SalesFigures} subsections=${subsections} house=${report?.total.house ?? 0} />
      </section>
      ${problem && html`<p class="banner dashboard__wide" role="alert">${problemText(words, problem)}</p>`}
      ${report &&
      html`
        <section class="panel dashboard__wide" aria-labelledby="chart-title">
          <h2 id="chart-title">${t("sales.chart")}</h2>
          <${SalesChart} hours=${report.sales_by_hour} sold=${sold} timezone=${event.timezone} />
        </section>
        <section class="panel dashboard__wide" aria-labelledby="report-title">
          <div class="panel__head">
            <h2 id="report-title">${t("report.title")}</h2>
            <${CsvButton} path=${reportPath(event.id)} file="report-${event.id}.csv">${t("report.csv")}<//>
          </div>
          <${ReportTable} report=${report} />
        </section>
      `}
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
