// Seats sold over time as a line, with its figures as a table for those who want them. What the report
// knows is drawn by the hour; from then on the live seats go on.

import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { useServerNow } from "../live.js";
import { dayOf, timeOf } from "../model/moments.js";
import { pointsOf, salesTable } from "../model/report.js";
import { linePath, record, ticks } from "../model/sales_series.js";
import { ownZone } from "../model/zoned_time.js";
import { useWords } from "../words/index.js";

const HEIGHT = 240;
const SPACE = { top: 14, right: 14, bottom: 26, left: 52 };
const SHORTEST_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * @param {{hours: import("../model/report.js").HourOfSales[], sold: number, timezone?: string}} props `sold`:
 *   seats that are sold now
 */
export function SalesChart({ hours, sold, timezone }) {
  const words = useWords();
  const { t, number, language } = words;
  const frame = useRef(/** @type {any} */ (null));
  const width = useWidth(frame);
  const now = useServerNow();
  const [series, setSeries] = useState(() => pointsOf(hours, now));
  useEffect(() => setSeries((known) => record(known, { time: now, sold })), [sold]);

  const start = series[0].time;
  const end = Math.max(now, start + SHORTEST_MS);
  const high = Math.max(...series.map((point) => point.sold), 4);
  const x = (time) => SPACE.left + ((width - SPACE.left - SPACE.right) * (time - start)) / (end - start);
  const y = (value) => HEIGHT - SPACE.bottom - ((HEIGHT - SPACE.top - SPACE.bottom) * value) / high;
  const line = linePath(series, now, x, y);
  const last = series[series.length - 1].sold;
  const told = (time) => {
    const clock = timeOf(language, time, timezone);
    return end - start < DAY_MS ? clock : `${dayOf(language, time, timezone, now)}, ${clock}`;
  };

  return html`
    <div class="chart" ref=${frame}>
      <svg
        class="chart__svg"
        role="img"
        aria-label=${t("sales.chartLabel", { sold: last, from: told(start) })}
        width=${width}
        height=${HEIGHT}
        viewBox="0 0 ${width} ${HEIGHT}"
      >
        ${ticks(0, high, 4).map(
          (value) => html`
            <g key=${value}>
              <line class="chart__grid" x1=${SPACE.left} x2=${width - SPACE.right} y1=${y(value)} y2=${y(value)} />
              <text class="chart__label" x=${SPACE.left - 8} y=${y(value) + 4} text-anchor="end">${number(value)}</text>
            </g>
          `,
        )}
        <path class="chart__area" d="${line}V${y(0)}H${x(start)}Z" />
        <path class="chart__line" d=${line} />
        <circle class="chart__now" cx=${x(now)} cy=${y(last)} r="4.5" />
        <text class="chart__label" x=${SPACE.left} y=${HEIGHT - 8}>${told(start)}</text>
        <text class="chart__label" x=${width - SPACE.right} y=${HEIGHT - 8} text-anchor="end">${t("sales.now")}</text>
      </svg>
      <${HoursTable} hours=${hours} timezone=${timezone} now=${now} />
    </div>
  `;
}

function HoursTable({ hours, timezone, now }) {
  const { t, number, money, language } = useWords();
  if (hours.length === 0) return null;
  const { daily, rows } = salesTable(hours, timezone ?? ownZone());
  const told = (time) => {
    const day = dayOf(language, time, timezone, now);
    return daily ? day : `${day}, ${timeOf(language, time, timezone)}`;
  };
  return html`
    <details class="chart__table">
      <summary>${t("sales.table")}</summary>
      <div class="scrolls" tabindex="0" role="group" aria-label=${t("sales.table")}>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">${t(daily ? "sales.day" : "sales.hour")}</th>
              <th scope="col" class="table__number">${t("report.orders")}</th>
              <th scope="col" class="table__number">${t("report.seats")}</th>
              <th scope="col" class="table__number">${t("seller.revenue")}</th>
              <th scope="col" class="table__number">${t("sales.soldBy")}</th>
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              (row) => html`
                <tr key=${row.time}>
                  <th scope="row">${told(row.time)}</th>
                  <td class="table__number">${number(row.orders)}</td>
                  <td class="table__number">${number(row.seats)}</td>
                  <td class="table__number">${money(row.revenue)}</td>
                  <td class="table__number">${number(row.sold)}</td>
                </tr>
              `,
            )}
          </tbody>
        </table>
      </div>
    </details>
  `;
}

/** An element's width in pixels, so that the chart's text keeps its size at every width. */
function useWidth(element) {
  const [width, setWidth] = useState(640);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(entry.contentRect.width));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return width;
}
