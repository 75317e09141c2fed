// How an event sells: the figures of now, sales over time, section by section, and where the seats went.

import { useEffect } from "preact/hooks";
import { html } from "../html.js";
import { useSeats, useVenue } from "../live.js";
import { countsOf, subsectionNamed } from "../model/venue.js";
import { ConnectionBadge, worst } from "../parts/connection.js";
import { DeskHead, mountDesk } from "../parts/desk.js";
import { EventActions } from "../parts/event_actions.js";
import { CsvButton } from "../parts/csv_button.js";
import { useOpenSubsection } from "../parts/open_subsection.js";
import { ReportTable } from "../parts/report_table.js";
import { SalesChart } from "../parts/sales_chart.js";
import { SalesFigures } from "../parts/sales_figures.js";
import { useReport } from "../report.js";
import { SalesMap } from "../parts/sales_map.js";
import { reportPath } from "../seller_api.js";
import { problemText, useWords } from "../words/index.js";

function OverviewPage({ event, setEvent, reload }) {
  const { t } = useWords();
  const [named, openSubsection] = useOpenSubsection();
  const live = useVenue(event.id);
  const subsection = live.state ? subsectionNamed(live.state, named) : named;
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
      ? html`<${LiveSales} ...${{ event, venue: live.state, subsection, openSubsection, seats }} />`
      : html`<p class="loading">${t("connection.connecting")}</p>`}
  `;
}

function LiveSales({ event, venue, subsection, openSubsection, seats }) {
  const words = useWords();
  const { t } = words;
  const { subsections } = venue;
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
      <section class="panel dashboard__wide">
        <${SalesMap}
          event=${event}
          venue=${venue}
          subsection=${subsection}
          openSubsection=${openSubsection}
          seats=${seats}
        />
      </section>
    </div>
  `;
}

mountDesk("overview", OverviewPage);
