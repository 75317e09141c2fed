// The fields of an event that may still be changed when it exists: texts, dates, waiting line, whether
// buyers see it.

import { html } from "../html.js";
import { useWords } from "../words/index.js";
import { DateFields } from "./date_fields.js";
import { Field } from "./field.js";
import { LineFields } from "./line_fields.js";

/** @typedef {{form: any, errors: Record<string, string>, set: (path: string, change: any) => void,
 *             hints?: Record<string, string>}} Fields `hints` by field, told under it */

/** @param {Fields} props */
export function AboutFields({ form, errors, set, hints = {} }) {
  const { t } = useWords();
  const field = (name, label, more = {}) => html`
    <${Field}
      id=${name}
      label=${t(label)}
      value=${form[name]}
      onValue=${(value) => set(name, { [name]: value })}
      error=${errors[name]}
      hint=${hints[name]}
      ...${more}
    />
  `;
  return html`
    <fieldset class="group panel">
      <legend>${t("form.about")}</legend>
      ${field("name", "form.name")} ${field("venue_name", "form.venue")}
      ${field("description", "form.description", { multiline: true })}
    </fieldset>
  `;
}

/** @param {Fields & {seats: number}} props `seats` of the house, 0 while not known */
export function SaleFields({ seats, ...fields }) {
  return html`
    <${DateFields} ...${fields} />
    <${LineFields} ...${fields} seats=${seats} />
  `;
}
