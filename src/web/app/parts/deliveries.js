// What was sent to a webhook's address, in one state or in all, and what may be sent again.

import { useState } from "preact/hooks";
import { useAction } from "../action.js";
import { announce } from "../announce.js";
import { useEvents } from "../events.js";
import { html } from "../html.js";
import { sendAgain } from "../webhook_api.js";
import { problemText, useWords } from "../words/index.js";
import { DeliveryList } from "./delivery_list.js";

const STATUSES = ["waiting", "delivered", "failed"];

/**
 * @param {{webhook: any, pages: ReturnType<typeof import("../list_pages.js").usePages>, status: string,
 *          onStatus: (status: string) => void}} props `pages` of the deliveries in `status`, or in any
 */
export function Deliveries({ webhook, pages, status, onStatus }) {
  const words = useWords();
  const { t } = words;
  const { items, settled, more, replace, again } = pages;
  const [failure, setFailure] = useState(/** @type {any} */ (null));
  const { busy, run } = useAction();
  const events = useEvents([...new Set((items ?? []).map(({ event_id: id }) => id).filter(Boolean))]);
  const problem = failure ?? pages.problem;

  const send = ({ id }) =>
    run(async () => {
      setFailure(null);
      try {
        replace(await sendAgain(webhook.id, id));
        announce(t(webhook.status === "paused" ? "delivery.sentLater" : "delivery.sent"));
        again();
      } catch (refused) {
        setFailure(refused);
      }
    });

  return html`
    <section class="panel" aria-labelledby="deliveries-title">
      <div class="panel__head">
        <div>
          <h2 id="deliveries-title">${t("delivery.title")}</h2>
          <p class="hint">${t("delivery.kept")}</p>
        </div>
        <div class="deliveries__show">
          <label class="field__label" for="status">${t("delivery.show")}</label>
          <select id="status" class="input" onChange=${({ target }) => onStatus(target.value)}>
            <option value="" selected=${!status}>${t("delivery.every")}</option>
            ${STATUSES.map(
              (one) => html`
                <option key=${one} value=${one} selected=${one === status}>${t(`delivery.status.${one}`)}</option>
              `,
            )}
          </select>
        </div>
      </div>
      ${problem && html`<p class="banner" role="alert">${problemText(words, problem)}</p>`}
      ${!items && !problem && html`<p class="loading">${t("connection.connecting")}</p>`}
      ${settled &&
      items?.length === 0 &&
      html`<p class="hint" role="status">
        ${status ? t("delivery.noneFound") : `${t("delivery.none")} ${t("delivery.noneHint")}`}
      </p>`}
      ${items &&
      items.length > 0 &&
      html`<${DeliveryList} deliveries=${items} events=${events} busy=${busy} onSend=${send} />`}
      ${more &&
      html`
        <button class="button button--second deliveries__more" type="button" onClick=${more}>
          ${t("delivery.more")}
        </button>
      `}
    </section>
  `;
}
