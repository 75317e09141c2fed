// Whether buyers wait in line, and how quickly they are let in.

import { html } from "../html.js";
import { noLine, outlook, suggestedTerms } from "../model/line_terms.js";
import { useWords } from "../words/index.js";
import { Check } from "./check.js";
import { Field } from "./field.js";

/** @param {import("./event_fields.js").Fields & {seats: number}} props */
export function LineFields({ form, errors, set, hints = {}, seats }) {
  const { t, duration } = useWords();
  const part = (name, path, label, hint) => html`
    <${Field}
      id=${name}
      label=${t(label)}
      value=${form[name]}
      onValue=${(value) => set(path, { [name]: value })}
      error=${errors[path]}
      hint=${hints[name] ?? t(hint)}
      autocomplete="off"
    />
  `;
  const comesTo = outlook(form, seats);
  return html`
    <fieldset class="group panel">
      <legend>${t("form.line")}</legend>
      <${Check}
        id="line"
        checked=${form.line}
        label=${t("form.lineUse")}
        hint=${t("form.lineHint")}
        onChange=${(line) => set("admission", line ? suggestedTerms(seats) : noLine())}
      />
      ${form.line &&
      html`
        <div class="group__thirds">
          ${part("per_minute", "admission.per_minute", "form.perMinute", "form.perMinuteHint")}
          ${part("pass_time", "admission.pass_seconds", "form.passTime", "form.passTimeHint")}
          ${part("max_active", "admission.max_active", "form.maxActive", "form.maxActiveHint")}
        </div>
        ${comesTo &&
        html`
          <p class="hint">
            ${t("form.lineTogether", { n: comesTo.together })}
            ${seats > 0 && html` ${t("form.lineOutlook", { n: seats, time: duration(comesTo.seconds) })}`}
          </p>
        `}
      `}
    </fieldset>
  `;
}
