// Sold, reserved, left and what was taken: the numbers a seller wants to see.

import { html } from "../html.js";
import { countsOf, revenueOf } from "../model/venue.js";
import { useWords } from "../words/index.js";

/**
 * @param {{subsections: import("../model/venue.js").Subsection[], house?: number}} props `house`: how many of
 *   the reserved seats the seller took off sale
 */
export function SalesFigures({ subsections, house = 0 }) {
  const { t, number, money } = useWords();
  const { sold, reserved, available, total } = countsOf(subsections);
  const figures = [
    ["sold", number(sold)],
    ["reserved", number(Math.max(0, reserved - house))],
    ...(house > 0 ? [["house", number(house)]] : []),
    ["left", number(available)],
    ["revenue", money(revenueOf(subsections))],
  ];
  const share = (value) => `${(100 * value) / total}%`;
  return html`
    <div class="sales">
      <dl class="figures">
        ${figures.map(
          ([name, value]) => html`
            <div key=${name} class="figure" data-figure=${name}>
              <dt>${t(`seller.${name}`)}</dt>
              <dd>${value}</dd>
            </div>
          `,
        )}
      </dl>
      <div class="sales__bar" aria-hidden="true">
        <span class="sales__sold" style=${{ width: share(sold) }}></span>
        <span class="availability__held" style=${{ width: share(reserved) }}></span>
      </div>
    </div>
  `;
}
