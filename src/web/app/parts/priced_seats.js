// Seats by name with their prices, and what can be done about each.

import { html } from "../html.js";
import { seatName } from "../model/seats.js";
import { useWords } from "../words/index.js";
import { seatSaying } from "../words/saying.js";

/** @param {{event: any, seats: any[], onPutBack?: (seat: any) => void, drop?: string, disabled?: boolean}} props `drop`: what its button does to a seat */
export function PricedSeats({ event, seats, onPutBack, drop = "order.drop", disabled = false }) {
  const { t, tell, money } = useWords();
  return html`
    <ul class="seatlist">
      ${seats.map((seat) => {
        const text = tell(seatSaying(seat, event));
        return html`
          <li key=${seatName(seat)} class="seatlist__seat">
            <bdi>${text}</bdi>
            <span class="seatlist__price">${money(seat.price)}</span>
            ${onPutBack &&
            html`<button
              class="seatlist__drop"
              type="button"
              aria-label=${t(drop, { seat: text })}
              disabled=${disabled}
              onClick=${() => onPutBack(seat)}
            >
              ×
            </button>`}
          </li>
        `;
      })}
    </ul>
  `;
}
