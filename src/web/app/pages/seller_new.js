// Make an event: the form, and beside it the house that it describes, while it is typed.

import { useRef, useState } from "preact/hooks";
import { announce } from "../announce.js";
import * as api from "../api.js";
import { html } from "../html.js";
import { idempotencyKey } from "../http.js";
import { HIGHEST_PRICE, check, newForm, newSection, requestOf, seatingOf, sizeOf } from "../model/event_form.js";
import { byField } from "../model/field_errors.js";
import { mount } from "../mount.js";
import { Field, FieldError } from "../parts/field.js";
import { SeatingPreview } from "../parts/seating_preview.js";
import { SellersOnly } from "../parts/sellers_only.js";
import { problemText, useWords } from "../words/index.js";

const SEATING = "seating_config";

function NewEventPage() {
  const words = useWords();
  const { t } = words;
  const [form, setForm] = useState(newForm);
  const [errors, setErrors] = useState(/** @type {Record<string, string>} */ ({}));
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  const element = useRef(/** @type {any} */ (null));
  const attempt = useRef({ body: "", key: "" });
  const seating = seatingOf(form);

  function set(path, change) {
    setForm((now) => ({ ...now, ...change }));
    setErrors(({ [path]: _, ...others }) => others);
  }

  function setSection(index, field, value) {
    const sections = form.sections.map((section, at) =>
      at === index ? { ...section, [field]: value } : section,
    );
    set(`${SEATING}.sections.${index}.${field}`, { sections });
  }

  /** Show what is wrong, and put the focus on the first field that is. */
  function refuse(found, text) {
    setErrors(found);
    setTrouble(text);
    announce(text);
    requestAnimationFrame(() => element.current.querySelector("[aria-invalid]")?.focus());
  }

  async function submit(event) {
    event.preventDefault();
    const wrong = check(form);
    const count = Object.keys(wrong).length;
    if (count > 0) {
      const texts = Object.entries(wrong).map(([field, key]) => [field, t(key, { most: HIGHEST_PRICE })]);
      refuse(Object.fromEntries(texts), t("form.check", { n: count }));
      return;
    }
    setBusy(true);
    setTrouble("");
    const body = requestOf(form);
    try {
      const created = await api.createEvent(body, keyFor(attempt.current, body));
      location.assign(`/seller/event/${created.id}`);
    } catch (problem) {
      setBusy(false);
      const found = byField(problem.errors ?? []);
      const many = Object.keys(found).length;
      refuse(found, many > 0 ? t("form.check", { n: many }) : problemText(words, problem));
    }
  }

  const field = (name, label, more = {}) => html`
    <${Field}
      id=${name}
      label=${t(label)}
      value=${form[name]}
      onValue=${(value) => set(name, { [name]: value })}
      error=${errors[name]}
      ...${more}
    />
  `;
  const size = seating && sizeOf(seating);
  return html`
    <h1>${t("form.title")}</h1>
    <div class="maker">
      <form class="maker__form" ref=${element} novalidate onSubmit=${submit}>
        ${trouble && html`<p class="notice" data-tone="bad">${trouble}</p>`}
        <fieldset class="group panel">
          <legend>${t("form.about")}</legend>
          ${field("name", "form.name")} ${field("venue_name", "form.venue")}
          ${field("description", "form.description", { multiline: true })}
        </fieldset>
        <${SeatingFields} form=${form} errors=${errors} set=${set} setSection=${setSection} />
        <label class="check">
          <input
            type="checkbox"
            checked=${form.is_active}
            onChange=${(event) => set("is_active", { is_active: event.target.checked })}
          />
          <span><strong>${t("form.publish")}</strong><br />${t("form.publishHint")}</span>
        </label>
        <button class="button button--main" type="submit" disabled=${busy}>
          ${busy && size ? t("form.creating", { n: size.seats }) : t("form.create")}
        </button>
      </form>
      <${Preview} seating=${seating} size=${size} />
    </div>
  `;
}

function SeatingFields({ form, errors, set, setSection }) {
  const { t } = useWords();
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

function Preview({ seating, size }) {
  const { t, number, money } = useWords();
  return html`
    <aside class="maker__preview panel" aria-label=${t("form.preview")}>
      <h2>${t("form.preview")}</h2>
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

/** The same key for the same content, so that sending it again after a lost answer makes one event. */
function keyFor(attempt, body) {
  const text = JSON.stringify(body);
  if (attempt.body !== text) Object.assign(attempt, { body: text, key: idempotencyKey() });
  return attempt.key;
}

mount(() => html`<${SellersOnly} page=${NewEventPage} title="form.title" />`);
