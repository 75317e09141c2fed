// The buyer's side of an event's page: best available, the selection, and the holds.

import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { MOST_SEATS, totalOf } from "../model/selection.js";
import { signInAddress, useSession } from "../session.js";
import { useWords } from "../words/index.js";
import { seatSaying } from "../words/saying.js";
import { BestAvailable } from "./best_available.js";
import { Bought } from "./bought.js";
import { Hold } from "./hold.js";
import { PricedSeats } from "./priced_seats.js";

/**
 * @param {{event: any, venue: any, subsection: any, open: boolean, buying: ReturnType<typeof import("../buying.js").useBuying>}} props
 *   `open`: seats can still be taken
 */
export function OrderPanel({ event, venue, subsection, open, buying }) {
  const { t } = useWords();
  const user = useSession();
  const { busy, picked, holds, notice } = buying;
  return html`
    <aside class="order" aria-label=${t("order.title")}>
      <h2 class="order__title">${t("order.title")}</h2>
      ${notice && html`<${NoticeBox} notice=${notice} buying=${buying} />`}
      ${buying.asking && html`<p class="notice" data-tone="bad" role="status">${t("hold.asking")}</p>`}
      ${holds.map(
        (hold) => html`
          <${Hold}
            key=${hold.id}
            event=${event}
            hold=${hold}
            fresh=${hold.id === buying.freshHold}
            buying=${buying}
          />
        `,
      )}
      <${Bought} orders=${buying.bought} event=${event} />
      ${open &&
      html`
        ${picked.length > 0
          ? html`<${Selection} event=${event} buying=${buying} user=${user} />`
          : html`<p class="order__hint">${t("order.none", { most: MOST_SEATS })}</p>`}
        <${BestAvailable} venue=${venue} subsection=${subsection} busy=${busy} user=${user} onHold=${buying.holdBest} />
      `}
    </aside>
  `;
}

function Selection({ event, buying, user }) {
  const { t, tell, money } = useWords();
  const { picked, busy } = buying;
  const names = picked.map((seat) => tell(seatSaying(seat, event)));
  return html`
    <div class="selection">
      <div class="selection__head">
        <h3>${t("order.picked", { n: picked.length })}</h3>
        <button class="link" type="button" onClick=${buying.clear}>${t("order.clear")}</button>
      </div>
      <${PricedSeats} event=${event} seats=${picked} onPutBack=${buying.putBack} />
      <div class="pay">
        <p class="pay__seats" aria-hidden="true"><bdi>${names.join(", ")}</bdi></p>
        <p class="total"><span>${t("order.total")}</span> <strong>${money(totalOf(picked))}</strong></p>
        ${user === null &&
        html`<a class="button button--main" href=${signInAddress()}>${t("order.signInFirst")}</a>`}
        ${user?.role === "seller" && html`<p class="pay__note">${t("order.sellersCannot")}</p>`}
        ${buying.isBuyer &&
        html`
          <button class="button button--main" type="button" disabled=${busy} onClick=${buying.reserve}>
            ${t(busy ? "order.reserving" : "order.reserve")}
          </button>
        `}
      </div>
    </div>
  `;
}

function NoticeBox({ notice, buying }) {
  const { t, tell } = useWords();
  const box = useRef(/** @type {any} */ (null));
  useEffect(() => {
    // The button that led here may be gone, and the focus with it.
    if (document.activeElement === document.body) box.current.focus();
  }, [notice]);
  return html`
    <div class="notice" data-tone=${notice.tone} tabindex="-1" ref=${box}>
      <p>${tell(notice.saying)}</p>
      ${notice.needsSignIn && html`<a class="button button--second" href=${signInAddress()}>${t("nav.signIn")}</a>`}
      ${notice.holdBest &&
      html`
        <button class="button button--second" type="button" onClick=${() => buying.holdBest(notice.holdBest)}>
          ${t("order.holdBest", { n: notice.holdBest.quantity })}
        </button>
      `}
      <button class="link" type="button" onClick=${buying.dismiss}>${t("order.dismiss")}</button>
    </div>
  `;
}
