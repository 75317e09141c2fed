// The seats of a hold, and what its buyer can do: confirm, release all of them, or a single one.

import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { seatName } from "../model/seats.js";
import { useWords } from "../words/index.js";
import { ConfirmDialog } from "./confirm_dialog.js";
import { Countdown } from "./countdown.js";
import { PricedSeats } from "./priced_seats.js";

/**
 * @param {{event: any, hold: any, own: {busy: boolean, confirm: () => void, release: () => void,
 *          releaseSeat: (seat: string) => void, expire: () => void}}} props
 */
export function HeldSeats({ event, hold, own }) {
  const { t, money } = useWords();
  const { busy } = own;
  const [asks, setAsks] = useState(false);
  const list = useRef(/** @type {any} */ (null));
  const many = useRef(hold.seats.length);
  const isLast = hold.seats.length === 1;
  useEffect(() => {
    // The button of the seat that is gone had the focus.
    const isFewer = hold.seats.length < many.current;
    many.current = hold.seats.length;
    if (isFewer && document.activeElement === document.body) list.current.focus();
  }, [hold.seats.length]);

  function answer(yes) {
    setAsks(false);
    if (yes) own.release();
  }

  return html`
    <${Countdown} until=${hold.expires_at} onEnd=${own.expire} />
    <div class="held" tabindex="-1" ref=${list}>
      <${PricedSeats}
        event=${event}
        seats=${hold.seats}
        drop="hold.releaseSeat"
        onPutBack=${(seat) => (isLast ? setAsks(true) : own.releaseSeat(seatName(seat)))}
        disabled=${busy}
      />
    </div>
    <p class="total"><span>${t("order.total")}</span> <strong>${money(hold.total_price)}</strong></p>
    <div class="hold__actions">
      <button class="button button--main" type="button" disabled=${busy} onClick=${own.confirm}>
        ${t("hold.confirm")}
      </button>
      <button class="button button--quiet" type="button" disabled=${busy} onClick=${own.release}>
        ${t("hold.release")}
      </button>
    </div>
    ${asks &&
    html`
      <${ConfirmDialog}
        title=${t("hold.releaseLast")}
        text=${t("hold.releaseLastHint")}
        action=${t("hold.release")}
        final=${false}
        onAnswer=${answer}
      />
    `}
  `;
}
