// The deliveries of a webhook: a table where there is room, a card each on a phone.

import { html } from "../html.js";
import { aheadOf, isKnownType, standingOf } from "../model/webhooks.js";
import { serverClock } from "../server_clock.js";
import { useWords } from "../words/index.js";
import { errorSaying } from "../words/webhooks.js";

const SIGNS = { waiting: "…", again: "↻", delivered: "✓", failed: "✕" };

/**
 * @param {{deliveries: any[], events: Map<number, any>, busy: boolean, onSend: (delivery: any) => void}} props
 *   `events` by id, as far as they are known
 */
export function DeliveryList({ deliveries, events, busy, onSend }) {
  const { t } = useWords();
  return html`
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">${t("delivery.what")}</th>
          <th scope="col">${t("delivery.when")}</th>
          <th scope="col">${t("delivery.status")}</th>
          <th scope="col">${t("delivery.answer")}</th>
          <th scope="col"><span class="visually-hidden">${t("delivery.actions")}</span></th>
        </tr>
      </thead>
      <tbody>
        ${deliveries.map(
          (delivery) => html`
            <${Delivery}
              key=${delivery.id}
              delivery=${delivery}
              ahead=${aheadOf(delivery, deliveries)}
              event=${events.get(delivery.event_id)}
              busy=${busy}
              onSend=${onSend}
            />
          `,
        )}
      </tbody>
    </table>
  `;
}

function Delivery({ delivery, ahead, event, busy, onSend }) {
  const { t, moment } = useWords();
  const { id, type, event_id: eventId, attempts } = delivery;
  const standing = standingOf(delivery);
  const again = t(delivery.status === "waiting" ? "delivery.sendNow" : "delivery.send");
  const name = isKnownType(type) ? t(`webhook.type.${type}`) : type;
  return html`
    <tr class="delivery" data-status=${standing}>
      <th scope="row" class="delivery__what">
        ${name} <code>${type}</code>
        ${eventId &&
        html`
          <a class="delivery__event" href="/seller/event/${eventId}">
            <bdi>${event?.name ?? t("mine.event", { id: String(eventId) })}</bdi>
          </a>
        `}
      </th>
      <td class="delivery__when">
        <time datetime=${delivery.created_at}>${moment(Date.parse(delivery.created_at))}</time>
        <span class="hint">${t("delivery.id", { id: String(id) })}</span>
      </td>
      <td class="delivery__status">
        <span class="status status--signed" data-status=${standing}>
          <span aria-hidden="true">${SIGNS[standing]}</span> ${t(`delivery.status.${standing}`)}
        </span>
        ${attempts > 0 && html`<span class="hint">${t("delivery.attempts", { n: attempts })}</span>`}
        ${ahead
          ? html`<span class="hint">${t("delivery.behind", { id: String(ahead.id) })}</span>`
          : html`<${Next} delivery=${delivery} standing=${standing} />`}
      </td>
      <td class="delivery__answer"><${Answer} delivery=${delivery} /></td>
      <td class="delivery__actions">
        ${!ahead &&
        html`<button
          class="button button--quiet button--outlined"
          type="button"
          disabled=${busy}
          aria-label=${t("delivery.named", { action: again, type: name, id: String(id) })}
          onClick=${() => onSend(delivery)}
        >
          ${again}
        </button>`}
      </td>
    </tr>
  `;
}

/** When it is tried again, where that is to come. */
function Next({ delivery, standing }) {
  const { t, time, moment } = useWords();
  if (standing !== "again" || !delivery.next_attempt_at) return null;
  const at = Date.parse(delivery.next_attempt_at);
  if (at <= serverClock.now()) return html`<span class="hint">${t("delivery.soon")}</span>`;
  const today = new Date(at).toDateString() === new Date().toDateString();
  return html`<span class="hint">${t("delivery.next", { at: today ? time(at) : moment(at) })}</span>`;
}

/** What the receiver said, word for word, or why nothing came back. */
function Answer({ delivery }) {
  const words = useWords();
  const { t } = words;
  const { answer_status: status, answer_body: said, error } = delivery;
  return html`
    ${(status || error) && html`<bdi>${outcomeText(words, delivery)}</bdi>`}
    ${said &&
    html`
      <details>
        <summary>${t("delivery.body")}</summary>
        <pre class="said" tabindex="0"><bdi>${said}</bdi></pre>
      </details>
    `}
  `;
}

/** What came of a delivery, in a sentence. @param {import("../words/index.js").Words} words @param {any} delivery */
export const outcomeText = ({ t, tell }, { answer_status: status, error }) =>
  error ? tell(errorSaying(error)) : t("delivery.answered", { status: String(status) });
