// What is told of an order wherever it is shown: its event and its state.

import { html } from "../html.js";
import { useWords } from "../words/index.js";
import { When } from "./dates.js";

/** An event's name; only its number while, or because, the event cannot be read. */
export function EventName({ order, event }) {
  const { t } = useWords();
  return html`<bdi>${event?.name ?? t("mine.event", { id: String(order.event_id) })}</bdi>`;
}

/** When and where, as far as it is known. */
export function EventFacts({ event }) {
  if (!event) return null;
  return html`<${When} event=${event} />${" "}<bdi>${event.venue_name}</bdi>`;
}

export function OrderStatus({ status }) {
  const { t } = useWords();
  return html`<span class="status" data-status=${status}>${t(`mine.status.${status}`)}</span>`;
}
