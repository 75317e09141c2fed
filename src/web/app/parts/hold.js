// A hold of this buyer's beside the seats of its event.

import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { orderNumber } from "../model/orders.js";
import { useWords } from "../words/index.js";
import { HeldSeats } from "./held_seats.js";

/**
 * @param {{event: any, hold: any, fresh: boolean, buying: ReturnType<typeof import("../buying.js").useBuying>}} props
 *   `fresh`: made on this page just now, so that the focus moves here
 */
export function Hold({ event, hold, fresh, buying }) {
  const { t } = useWords();
  const { id } = hold;
  const heading = useRef(/** @type {any} */ (null));
  useEffect(() => {
    if (fresh) heading.current.focus();
  }, [fresh]);
  const own = {
    busy: buying.busy,
    confirm: () => buying.confirm(id),
    release: () => buying.letGo(id),
    releaseSeat: (seat) => buying.giveBack(id, seat),
    expire: () => buying.settle(id),
  };
  return html`
    <section class="hold" aria-labelledby=${`hold-${id}`}>
      <h3 class="hold__title" id=${`hold-${id}`} tabindex="-1" ref=${heading}>
        ${t("hold.title")} <span class="hold__number">${t("receipt.number", { number: orderNumber(id) })}</span>
      </h3>
      <${HeldSeats} event=${event} hold=${hold} own=${own} />
    </section>
  `;
}
