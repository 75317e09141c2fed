// The hues of prices: a swatch, its dots, and what seats of it cost.

import { html } from "../html.js";
import { dotsOf } from "../model/price_hues.js";
import { useWords } from "../words/index.js";

/** The sign of one hue. */
export function HueMark({ hue, hues }) {
  const dots = dotsOf(hue, hues.groups);
  return html`
    <svg class="hue" data-hue=${hue} viewBox="0 0 ${6 + 5 * dots} 12" width=${6 + 5 * dots} height="12" aria-hidden="true">
      <rect width=${6 + 5 * dots} height="12" rx="4" />
      ${Array.from({ length: dots }, (_, index) => html`<circle cx=${5.5 + 5 * index} cy="6" r="1.6" />`)}
    </svg>
  `;
}

/** @param {{hues: ReturnType<typeof import("../model/price_hues.js").huesOf>}} props */
export function PriceLegend({ hues }) {
  const { t, money } = useWords();
  const written = (price) => (price === 0 ? t("card.free") : money(price));
  return html`
    <ul class="legend" aria-label=${t("map.prices")}>
      ${hues.groups.map(
        ({ hue, low, high }) => html`
          <li key=${hue} class="legend__item">
            <${HueMark} hue=${hue} hues=${hues} />
            ${low === high ? written(low) : t("card.price", { low: written(low), high: written(high) })}
          </li>
        `,
      )}
    </ul>
  `;
}
