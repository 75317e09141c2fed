// A bar with what is left, and the same in words.

import { html } from "../html.js";
import { levelOf } from "../model/venue.js";
import { useWords } from "../words/index.js";

/** @param {{counts: import("../model/venue.js").Counts}} props */
export function Availability({ counts }) {
  const { t, number } = useWords();
  const share = (value) => `${(100 * value) / counts.total}%`;
  return html`
    <div class="availability" data-level=${levelOf(counts)}>
      <div class="availability__bar" aria-hidden="true">
        <span class="availability__left" style=${{ width: share(counts.available) }}></span>
        <span class="availability__held" style=${{ width: share(counts.reserved) }}></span>
      </div>
      <p class="availability__words">
        ${counts.available > 0
          ? html`<strong>${t("card.left", { n: counts.available })}</strong>`
          : html`<strong>${t("card.soldOut")}</strong>`}${" "}
        <span>${t("card.ofTotal", { total: number(counts.total) })}</span>
      </p>
    </div>
  `;
}

/** "NT$1,000 – NT$2,000", or one price when both are the same. */
export function PriceRange({ range: [low, high] }) {
  const { t, money } = useWords();
  const written = (price) => (price === 0 ? t("card.free") : money(price));
  const text =
    low === high ? written(low) : t("card.price", { low: written(low), high: written(high) });
  return html`<span class="price">${text}</span>`;
}
