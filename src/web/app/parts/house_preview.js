// Beside the form: how many seats, what they are worth, and how they lie.

import { html } from "../html.js";
import { useWords } from "../words/index.js";
import { SeatingPreview } from "./seating_preview.js";

/**
 * @param {{title: string, hint?: string, seating: any, size: {seats: number, faceValue: number} | null}} props
 *   without a seating it says what is missing
 */
export function HousePreview({ title, hint, seating, size }) {
  const { t, number, money } = useWords();
  return html`
    <aside class="maker__preview panel" aria-label=${title}>
      <h2>${title}</h2>
      ${hint && html`<p class="hint">${hint}</p>`}
      <dl class="figures">
        <div class="figure">
          <dt>${t("form.seatCount")}</dt>
          <dd>${size ? number(size.seats) : "–"}</dd>
        </div>
        <div class="figure">
          <dt>${t("form.faceValue")}</dt>
          <dd>${size ? money(size.faceValue) : "–"}</dd>
        </div>
      </dl>
      ${seating
        ? html`<${SeatingPreview} seating=${seating} seats=${size.seats} />`
        : html`<p class="hint">${t("form.previewHint")}</p>`}
    </aside>
  `;
}
