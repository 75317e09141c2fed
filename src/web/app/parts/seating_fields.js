// The seating of a new event: rows, seats, and its sections.

import { html } from "../html.js";
import { newSection } from "../model/event_form.js";
import { useWords } from "../words/index.js";
import { Field, FieldError } from "./field.js";

const SEATING = "seating_config";

/** @param {import("./event_fields.js").Fields} props */
export function SeatingFields({ form, errors, set }) {
  const { t } = useWords();

  function setSection(index, field, value) {
    const sections = form.sections.map((section, at) =>
      at === index ? { ...section, [field]: value } : section,
    );
    set(`${SEATING}.sections.${index}.${field}`, { sections });
  }

  const number = { inputmode: "numeric", autocomplete: "off" };
  const measure = (name, label) => html`
    <${Field}
      id=${name}
      label=${t(label)}
      value=${form[name]}
      onValue=${(value) => set(`${SEATING}.${name}`, { [name]: value })}
      error=${errors[`${SEATING}.${name}`]}
      ...${number}
    />
  `;
  const part = (section, index, name, label, more = {}) => html`
    <${Field}
      id="section-${section.key}-${name}"
      label=${t(label)}
      value=${section[name]}
      onValue=${(value) => setSection(index, name, value)}
      error=${errors[`${SEATING}.sections.${index}.${name}`]}
      ...${more}
    />
  `;
  return html`
    <fieldset class="group panel">
      <legend>${t("form.seating")}</legend>
      <p class="field__hint">${t("form.seatingHint")}</p>
      <${FieldError} id="seating-error" text=${errors[SEATING] ?? errors[`${SEATING}.sections`]} />
      <div class="group__row">${measure("rows", "form.rows")} ${measure("cols", "form.cols")}</div>
      ${form.sections.map(
        (section, index) => html`
          <fieldset key=${section.key} class="section">
            <legend>${t("form.sectionN", { n: index + 1 })}</legend>
            ${part(section, index, "name", "form.sectionName")}
            ${part(section, index, "price", "form.price", number)}
            ${part(section, index, "subsections", "form.subsections", number)}
            ${form.sections.length > 1 &&
            html`
              <button
                class="switch section__remove"
                type="button"
                aria-label=${t("form.removeSection", { n: index + 1 })}
                onClick=${() => set("", { sections: form.sections.filter((_, at) => at !== index) })}
              >
                ×
              </button>
            `}
          </fieldset>
        `,
      )}
      <button
        class="button button--second"
        type="button"
        onClick=${() => set("", { sections: [...form.sections, newSection(form.sections)] })}
      >
        ${t("form.addSection")}
      </button>
    </fieldset>
  `;
}
