// How an event stands for its seller: hidden, coming, on sale, sold out, over.

import { html } from "../html.js";
import { useWords } from "../words/index.js";
import { useSale } from "./dates.js";
import { actionsFor } from "./event_actions.js";

/** @param {{event: any, available?: number}} props `available`: seats left, where that is known by now */
export function EventStatus({ event, available }) {
  const { t } = useWords();
  const { state } = useSale(event, available);
  const hidden = !event.is_active && actionsFor(event).length > 0;
  const status = hidden ? "hidden" : state === "closing" ? "open" : state;
  return html`<span class="status" data-status=${status}>${t(`seller.status.${status}`)}</span>`;
}
