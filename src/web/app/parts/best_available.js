// "Hold me the best n seats": how many, and where. The service chooses.

import { useState } from "preact/hooks";
import { html } from "../html.js";
import { MOST_SEATS } from "../model/selection.js";
import { sectionsOf } from "../model/venue.js";
import { signInAddress } from "../session.js";
import { useWords } from "../words/index.js";
import { areaSaying } from "../words/saying.js";

/**
 * @param {{venue: any, subsection: any, busy: boolean, user: any,
 *          onHold: (wish: {quantity: number, section?: string, subsection?: number}) => void}} props
 */
export function BestAvailable({ venue, subsection, busy, user, onHold }) {
  const { t, tell, money } = useWords();
  const [quantity, setQuantity] = useState(2);
  const [choice, setChoice] = useState("");
  const sections = sectionsOf(venue.subsections);
  const inSections = sections.map(({ name, price }) => ({
    text: t("order.inSection", { section: name, price: money(price) }),
    where: { section: name },
  }));
  // What is open comes first. An area that is all of its section is offered once.
  const here = subsection && sections.findIndex(({ name }) => name === subsection.section);
  const undivided = here !== null && sections[here]?.subsections.length === 1;
  const first = undivided
    ? inSections.splice(here, 1)
    : subsection && [{ text: tell(areaSaying(subsection, false)), where: { section: subsection.section, subsection: subsection.subsection } }];
  const options = [...(first ?? []), { text: t("order.anywhere"), where: {} }, ...inSections];
  const chosen = options.find(({ text }) => text === choice) ?? options[0];

  function submit(event) {
    event.preventDefault();
    onHold({ quantity, ...chosen.where });
  }

  return html`
    <form class="best" onSubmit=${submit}>
      <div class="best__head">
        <h3>${t("order.best")}</h3>
        <div class="stepper" role="group" aria-label=${t("order.quantity")}>
          <button
            class="stepper__button"
            type="button"
            aria-label=${t("order.fewer")}
            disabled=${quantity === 1}
            onClick=${() => setQuantity(quantity - 1)}
          >
            −
          </button>
          <output class="stepper__value" aria-live="polite">${quantity}</output>
          <button
            class="stepper__button"
            type="button"
            aria-label=${t("order.more")}
            disabled=${quantity === MOST_SEATS}
            onClick=${() => setQuantity(quantity + 1)}
          >
            +
          </button>
        </div>
      </div>
      <select
        class="input"
        aria-label=${t("order.where")}
        value=${chosen.text}
        onChange=${(event) => setChoice(event.target.value)}
      >
        ${options.map(({ text }) => html`<option key=${text} value=${text}>${text}</option>`)}
      </select>
      ${user === null
        ? html`<a class="button button--second" href=${signInAddress()}>${t("order.signInBest")}</a>`
        : html`
            <button class="button button--second" type="submit" disabled=${busy || user?.role !== "buyer"}>
              ${t("order.find")}
            </button>
          `}
    </form>
  `;
}
