// Seats sold over time as a line in steps, with its figures as a table for those who want them.

import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { useServerNow } from "../live.js";
import { record, stepPath, ticks } from "../model/sales_series.js";
import { useWords } from "../words/index.js";

const HEIGHT = 240;
const SPACE = { top: 14, right: 14, bottom: 26, left: 52 };
const SHORTEST_MS = 60_000;
const TABLE_ROWS = 20;

/** @param {{sold: number}} props */
export function SalesChart({ sold }) {
  const { t, number, exactTime } = useWords();
  const frame = useRef(/** @type {any} */ (null));
  const width = useWidth(frame);
  const now = useServerNow();
  const [series, setSeries] = useState(() => [{ time: now, sold }]);
  useEffect(() => setSeries((known) => record(known, { time: now, sold })), [sold]);

  const start = series[0];
  const end = Math.max(now, start.time + SHORTEST_MS);
  const figures = series.map((point) => point.sold);
  const low = Math.min(...figures);
  const high = Math.max(...figures, low + 4);
  const x = (time) =>
    SPACE.left + ((width - SPACE.left - SPACE.right) * (time - start.time)) / (end - start.time);
  const y = (value) =>
    HEIGHT - SPACE.bottom - ((HEIGHT - SPACE.top - SPACE.bottom) * (value - low)) / (high - low);
  const line = stepPath(series, now, x, y);
  const gained = sold - start.sold;

  return html`
    <div class="chart" ref=${frame}>
      <p class="chart__gained">${t("sales.gained", { n: gained })}</p>
      <svg
        class="chart__svg"
        role="img"
        aria-label=${t("sales.chartLabel", { sold, gained })}
        width=${width}
        height=${HEIGHT}
        viewBox="0 0 ${width} ${HEIGHT}"
      >
        ${ticks(low, high, 4).map(
          (value) => html`
            <g key=${value}>
              <line class="chart__grid" x1=${SPACE.left} x2=${width - SPACE.right} y1=${y(value)} y2=${y(value)} />
              <text class="chart__label" x=${SPACE.left - 8} y=${y(value) + 4} text-anchor="end">${number(value)}</text>
            </g>
          `,
        )}
        <path class="chart__area" d="${line}V${y(low)}H${x(start.time)}Z" />
        <path class="chart__line" d=${line} />
        <circle class="chart__now" cx=${x(now)} cy=${y(sold)} r="4.5" />
        <text class="chart__label" x=${SPACE.left} y=${HEIGHT - 8}>${exactTime(start.time)}</text>
        <text class="chart__label" x=${width - SPACE.right} y=${HEIGHT - 8} text-anchor="end">
          ${exactTime(end)}
        </text>
      </svg>
      <details class="chart__table">
        <summary>${t("sales.table")}</summary>
        <table>
          <thead>
            <tr><th scope="col">${t("sales.time")}</th><th scope="col">${t("sales.sold")}</th></tr>
          </thead>
          <tbody>
            ${series
              .slice(-TABLE_ROWS)
              .reverse()
              .map(
                (point) => html`
                  <tr key=${point.time}>
                    <td>${exactTime(point.time)}</td>
                    <td>${number(point.sold)}</td>
                  </tr>
                `,
              )}
          </tbody>
        </table>
      </details>
    </div>
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
