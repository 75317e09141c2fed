// What the server has put on the page of an event: its name, place and start. They are drawn the same
// again until the event itself is here, so that nothing moves meanwhile.

import { html } from "../html.js";
import { EventHeader } from "./event_header.js";

// Before the page draws over it.
const root = /** @type {HTMLElement | null} */ (document.querySelector("#app > [data-served]"));

/** @type {{name: string, venue_name: string, starts_at?: string, timezone?: string} | null} */
export const served = root && {
  name: textOf("h1"),
  venue_name: textOf(".playbill__venue"),
  starts_at: root.querySelector("time")?.dateTime,
  timezone: root.dataset.timezone || undefined,
};

/** @param {{children?: any}} props what says that the rest is on its way */
export function Served({ children }) {
  if (!served) return html`<p class="loading">${children}</p>`;
  return html`
    <article class="event" aria-busy="true">
      <${EventHeader} event=${served} />
      <p class="loading">${children}</p>
    </article>
  `;
}

/** @param {string} selector */
function textOf(selector) {
  return root?.querySelector(selector)?.textContent ?? "";
}
