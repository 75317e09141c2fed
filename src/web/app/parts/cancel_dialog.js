// Cancelling a sale: what will happen, a reason if there is one, and the answer. It cannot be undone.

import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { orderNumber } from "../model/orders.js";
import { cancelSale } from "../seller_api.js";
import { problemText, useWords } from "../words/index.js";
import { Field } from "./field.js";
import { SeatRows } from "./seat_rows.js";

const LONGEST_REASON = 500;

/** @param {{event: any, order: any, onDone: (cancelled: any | null) => void}} props null when nothing was done */
export function CancelDialog({ event, order, onDone }) {
  const words = useWords();
  const { t, money } = words;
  const dialog = useRef(/** @type {any} */ (null));
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  useEffect(() => dialog.current.showModal(), []);

  async function cancel(submitted) {
    submitted.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      onDone(await cancelSale(order.id, reason.trim()));
    } catch (failure) {
      setProblem(failure);
      setBusy(false);
    }
  }

  return html`
    <dialog
      class="dialog"
      ref=${dialog}
      aria-labelledby="cancel-title"
      aria-describedby="cancel-text"
      onClose=${() => onDone(null)}
    >
      <form class="dialog__form" onSubmit=${cancel}>
        <h2 id="cancel-title">${t("cancel.title", { number: orderNumber(order.id) })}</h2>
        <div id="cancel-text">
          <p><bdi>${order.buyer_name}</bdi>, ${money(order.total_price)}</p>
          <${SeatRows} event=${event} seats=${order.seats} />
          <p>${t("cancel.explain", { n: order.seats.length })}</p>
          <p>${t("cancel.money")}</p>
        </div>
        <${Field}
          id="reason"
          label=${t("cancel.reason")}
          hint=${t("cancel.reasonHint")}
          value=${reason}
          onValue=${setReason}
          maxlength=${LONGEST_REASON}
          multiline
        />
        ${problem && html`<p class="notice" data-tone="bad" role="alert">${problemText(words, problem)}</p>`}
        <div class="dialog__actions">
          <button class="button button--quiet" type="button" onClick=${() => dialog.current.close()}>
            ${t("cancel.keep")}
          </button>
          <button class="button button--danger" type="submit" disabled=${busy}>${t("cancel.do")}</button>
        </div>
      </form>
    </dialog>
  `;
}
