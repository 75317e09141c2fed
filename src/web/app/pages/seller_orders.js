// The orders of an event: searched, saved as a file, and cancelled.

import { useState } from "preact/hooks";
import { announce } from "../announce.js";
import { html } from "../html.js";
import { usePages } from "../list_pages.js";
import { orderNumber } from "../model/orders.js";
import { CancelDialog } from "../parts/cancel_dialog.js";
import { CsvButton } from "../parts/csv_button.js";
import { DeskHead, mountDesk } from "../parts/desk.js";
import { OrderList } from "../parts/order_list.js";
import { useQuery } from "../query.js";
import { ordersPath } from "../seller_api.js";
import { problemText, useWords } from "../words/index.js";

const STATUSES = ["confirmed", "reserved", "cancelled", "released", "expired"];
const FINAL = ["completed", "ended"];

/** @param {{event: any}} props */
function OrdersPage({ event }) {
  const words = useWords();
  const { t } = words;
  const [wanted, setWanted] = useQuery({ q: "", status: "" });
  const path = ordersPath(event.id, { q: wanted.q.trim(), status: wanted.status });
  const { items: orders, settled, problem, more, replace } = usePages(path);
  const [asked, setAsked] = useState(/** @type {any} */ (null));

  function done(cancelled) {
    if (!asked) return;
    setAsked(null);
    if (!cancelled) return;
    replace(cancelled);
    announce(t("cancel.done", { number: orderNumber(cancelled.id) }));
  }

  return html`
    <${DeskHead} event=${event} current="orders" />
    <form class="search" role="search" onSubmit=${(happened) => happened.preventDefault()}>
      <div class="field search__text">
        <label class="field__label" for="q">${t("orders.search")}</label>
        <input
          id="q"
          class="input"
          type="search"
          maxlength="200"
          value=${wanted.q}
          aria-describedby="q-hint"
          onInput=${({ target }) => setWanted({ q: target.value })}
        />
        <p class="field__hint" id="q-hint">${t("orders.searchHint")}</p>
      </div>
      <div class="field">
        <label class="field__label" for="status">${t("orders.status")}</label>
        <select id="status" class="input" onChange=${({ target }) => setWanted({ status: target.value })}>
          <option value="" selected=${!wanted.status}>${t("orders.everyStatus")}</option>
          ${STATUSES.map(
            (status) => html`
              <option key=${status} value=${status} selected=${status === wanted.status}>
                ${t(`orders.status.${status}`)}
              </option>
            `,
          )}
        </select>
      </div>
      <${CsvButton} path=${path} file="orders-${event.id}.csv">${t("report.csv")}<//>
    </form>
    ${problem && html`<p class="banner" role="alert">${problemText(words, problem)}</p>`}
    ${!orders && !problem && html`<p class="loading">${t("connection.connecting")}</p>`}
    ${settled &&
    orders?.length === 0 &&
    html`<p class="banner" role="status">${t(wanted.q || wanted.status ? "orders.noneFound" : "orders.none")}</p>`}
    ${orders &&
    orders.length > 0 &&
    html`
      <${OrderList}
        orders=${orders}
        event=${event}
        onCancel=${FINAL.includes(event.status) ? null : setAsked}
      />
    `}
    ${more && html`<button class="button button--second" type="button" onClick=${more}>${t("orders.more")}</button>`}
    ${asked && html`<${CancelDialog} event=${event} order=${asked} onDone=${done} />`}
  `;
}

mountDesk("orders", OrdersPage);
