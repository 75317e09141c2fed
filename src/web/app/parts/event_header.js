// The head of every page about one event: its poster, its name, when and where, and how its sale stands.
// It is a board (`styles/2_base.css`): the first thing of the page, over its whole width. On a phone it
// stays low, so that what the page is for comes into view with it.

import { html } from "../html.js";
import { useWords } from "../words/index.js";
import { Availability, PriceRange } from "./availability.js";
import { ConnectionBadge } from "./connection.js";
import { SaleState, When } from "./dates.js";
import { Poster } from "./poster.js";

// A description up to this long, on one line, is shown as it is.
const SHORT = 110;

/**
 * @param {{event: any, counts?: import("../model/venue.js").Counts, prices?: [number, number],
 *          connection?: import("../live_stream.js").Connection, children?: any}} props
 *   `counts` and `prices`: of its seats, where the page shows them; children come above the name
 */
export function EventHeader({ event, counts, prices, connection, children }) {
  const live = connection && html`<${ConnectionBadge} connection=${connection} />`;
  return html`
    <header class="board playbill">
      <${Poster} name=${event.name} soon />
      <div class="playbill__text">
        ${children}
        <h1 class="playbill__name"><bdi>${event.name}</bdi></h1>
        <p class="playbill__facts">
          <${When} event=${event} />
          <bdi class="playbill__venue">${event.venue_name}</bdi>
          ${prices && html`<${PriceRange} range=${prices} />`}
        </p>
        <div class="playbill__state">
          <${SaleState} event=${event} available=${counts?.available} />
          ${!counts && live}
        </div>
        <${Description} text=${event.description ?? ""} />
      </div>
      ${counts && html`<div class="playbill__left"><${Availability} counts=${counts} />${live}</div>`}
    </header>
  `;
}

function Description({ text }) {
  const { t } = useWords();
  if (!text) return null;
  if (text.length <= SHORT && !text.includes("\n")) return html`<p class="about">${text}</p>`;
  const [line] = text.split("\n", 1);
  const cut = line.length > SHORT ? line.slice(0, SHORT).replace(/\s\S*$/, "") : line;
  const beginning = cut.replace(/[\s.,;:、。，；：]+$/, "");
  return html`
    <details class="about">
      <summary>
        <span class="about__begin">${beginning}… </span>
        <span class="about__more">${t("event.more")}</span>
        <span class="about__less">${t("event.less")}</span>
      </summary>
      <p class="about__text">${text}</p>
    </details>
  `;
}
