// Seats held for this buyer: a countdown to the moment they go back, and what to do about it.

import { useEffect, useRef } from "preact/hooks";
import { announce } from "../announce.js";
import { html } from "../html.js";
import { useServerNow } from "../live.js";
import { seatName } from "../model/seats.js";
import { useWords } from "../words/index.js";

const SAID_AT_SECONDS = [300, 60, 30];

/**
 * @param {{hold: any, fresh: boolean, busy: boolean, onConfirm: () => void, onLetGo: () => void, onExpire: () => void}} props
 *   `fresh`: made on this page just now, so that the focus moves here
 */
export function Hold({ hold, fresh, busy, onConfirm, onLetGo, onExpire }) {
  const words = useWords();
  const { t, money } = words;
  const heading = useRef(/** @type {any} */ (null));
  useEffect(() => {
    if (fresh) heading.current.focus();
  }, [fresh]);
  return html`
    <section class="hold" aria-labelledby=${`hold-${hold.id}`}>
      <h3 class="hold__title" id=${`hold-${hold.id}`} tabindex="-1" ref=${heading}>${t("hold.title")}</h3>
      <${Countdown} until=${hold.expires_at} onEnd=${onExpire} />
      <${SeatList} seats=${hold.seats} />
      <p class="total"><span>${t("order.total")}</span> <strong>${money(hold.total_price)}</strong></p>
      <div class="hold__actions">
        <button class="button button--main" type="button" disabled=${busy} onClick=${onConfirm}>
          ${t("hold.confirm")}
        </button>
        <button class="button button--quiet" type="button" disabled=${busy} onClick=${onLetGo}>
          ${t("hold.letGo")}
        </button>
      </div>
    </section>
  `;
}

/**
 * @param {{until: string, onEnd?: () => void, soon?: string}} props `until` in the service's time;
 *   `soon`: what is said when little time is left
 */
export function Countdown({ until, onEnd, soon = "hold.soon" }) {
  const words = useWords();
  const { t, countdown, time } = words;
  const end = Date.parse(until);
  const left = end - useServerNow();
  const over = left <= 0;
  const seconds = Math.ceil(left / 1000);
  useEffect(() => {
    if (over) onEnd?.();
  }, [over]);
  useEffect(() => {
    if (SAID_AT_SECONDS.includes(seconds)) announce(t(soon, { time: countdown(left) }));
  }, [seconds]);
  return html`
    <p class="countdown" role="timer" aria-live="off" data-soon=${seconds <= 60 ? "yes" : "no"}>
      <strong>${t("hold.left", { time: countdown(left) })}</strong>
      <span>${t("hold.until", { time: time(end) })}</span>
    </p>
  `;
}

export function SeatList({ seats, onPutBack }) {
  const { t, money } = useWords();
  return html`
    <ul class="seatlist">
      ${seats.map((seat) => {
        const text = t("order.seat", { ...seat, row: String(seat.row), seat: String(seat.seat) });
        return html`
          <li key=${seatName(seat)} class="seatlist__seat">
            <bdi>${text}</bdi>
            <span class="seatlist__price">${money(seat.price)}</span>
            ${onPutBack &&
            html`<button
              class="seatlist__drop"
              type="button"
              aria-label=${t("order.drop", { seat: text })}
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
