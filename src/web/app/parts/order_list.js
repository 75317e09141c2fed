// The orders of an event: a table where there is room, a card each on a phone.

import { html } from "../html.js";
import { orderNumber } from "../model/orders.js";
import { useWords } from "../words/index.js";
import { SeatRows } from "./seat_rows.js";

/** @param {{event: any, orders: any[], onCancel: ((order: any) => void) | null}} props null: nothing can be cancelled */
export function OrderList({ event, orders, onCancel }) {
  const { t } = useWords();
  const heads = ["number", "buyer", "seats", "total", "status"];
  return html`
    <table class="rows">
      <thead>
        <tr>
          ${heads.map((name) => html`<th key=${name} scope="col">${t(`orders.${name}`)}</th>`)}
          <th scope="col"><span class="visually-hidden">${t("orders.actions")}</span></th>
        </tr>
      </thead>
      <tbody>
        ${orders.map(
          (order) => html`<${Order} key=${order.id} order=${order} event=${event} onCancel=${onCancel} />`,
        )}
      </tbody>
    </table>
  `;
}

function Order({ event, order, onCancel }) {
  const { t, money, moment } = useWords();
  const told = (time) => moment(Date.parse(time), event.timezone);
  const number = orderNumber(order.id);
  return html`
    <tr class="sale-row" data-status=${order.status}>
      <th scope="row" class="sale-row__number">${number}</th>
      <td class="sale-row__buyer">
        <bdi>${order.buyer_name}</bdi>
        <a href="mailto:${order.buyer_email}"><bdi>${order.buyer_email}</bdi></a>
      </td>
      <td class="sale-row__seats"><${SeatRows} event=${event} seats=${order.seats} /></td>
      <td class="sale-row__total">${money(order.total_price)}</td>
      <td class="sale-row__status">
        <span class="status" data-status=${order.status}>${t(`orders.status.${order.status}`)}</span>
        <span class="hint">${told(order.cancelled_at ?? order.confirmed_at ?? order.created_at)}</span>
        ${order.checked_in > 0 &&
        html`<span class="hint">${t("orders.checkedIn", { n: order.checked_in, of: order.seats.length })}</span>`}
        ${order.cancel_reason && html`<span class="hint"><bdi>${order.cancel_reason}</bdi></span>`}
      </td>
      <td class="sale-row__actions">
        ${onCancel &&
        order.status === "confirmed" &&
        !order.checked_in &&
        html`
          <button
            class="button button--quiet button--outlined"
            type="button"
            aria-label=${t("orders.cancelOne", { number })}
            onClick=${() => onCancel(order)}
          >
            ${t("orders.cancel")}
          </button>
        `}
      </td>
    </tr>
  `;
}
