// What happens next in a waiting line, with the step that is now.

import { html } from "../html.js";
import { useWords } from "../words/index.js";

const NOW = { outside: "gather", gathering: "gather", waiting: "wait", turn: "turn" };

/** @param {{event: any, line: import("../model/line.js").Line, view: string}} props */
export function LineSteps({ event, line, view }) {
  const words = useWords();
  const { t } = words;
  const values = {
    n: line.per_minute,
    time: words.duration(event.admission.pass_seconds),
  };
  const toCome = line.phase === "gathering" ? ["gather", "draw", "wait", "turn"] : ["wait", "turn"];
  return html`
    <section class="panel" aria-labelledby="steps-title">
      <h2 id="steps-title">${t("line.steps")}</h2>
      <ol class="steps">
        ${toCome.map(
          (step) => html`
            <li key=${step} aria-current=${NOW[view] === step ? "step" : undefined}>
              ${t(`line.step.${step}`, values)}
            </li>
          `,
        )}
      </ol>
    </section>
  `;
}
