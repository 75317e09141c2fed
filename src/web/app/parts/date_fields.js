// When an event is and when its seats are sold, typed as clocks in the event's time zone show it.

import { useMemo } from "preact/hooks";
import { html } from "../html.js";
import { DATES, choices } from "../model/event_dates.js";
import { zonesWith } from "../model/zoned_time.js";
import { useWords } from "../words/index.js";
import { FieldError } from "./field.js";

/** @param {import("./event_fields.js").Fields} props */
export function DateFields({ form, errors, set, hints = {} }) {
  const { t } = useWords();
  return html`
    <fieldset class="group panel">
      <legend>${t("form.dates")}</legend>
      <p class="field__hint">${t("form.datesHint")}</p>
      <div class="group__dates">
        ${DATES.map(
          (name) => html`
            <${DateField} key=${name} name=${name} form=${form} error=${errors[name]} hint=${hints[name]} set=${set} />
          `,
        )}
        <${ZoneField} zone=${form.timezone} error=${errors.timezone} hint=${hints.timezone} set=${set} />
      </div>
    </fieldset>
  `;
}

function DateField({ name, form, error, hint, set }) {
  const { t } = useWords();
  const date = form[name];
  const twice = choices(form, name);
  const described = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(" ");
  return html`
    <div class="field">
      <label class="field__label" for=${name}>${t(`form.date.${name}`)}</label>
      <input
        id=${name}
        name=${name}
        class="input"
        type="datetime-local"
        value=${date.local}
        aria-invalid=${error ? "true" : undefined}
        aria-describedby=${described || undefined}
        onInput=${(event) => set(name, { [name]: { local: event.target.value, which: null } })}
      />
      ${twice.length > 0 &&
      html`
        <fieldset class="twice">
          <legend>${t("form.twice")}</legend>
          ${twice.map(
            (offset, which) => html`
              <label class="twice__choice">
                <input
                  type="radio"
                  name="${name}-which"
                  checked=${date.which === which}
                  onChange=${() => set(name, { [name]: { ...date, which } })}
                />
                ${t(which === 0 ? "form.twiceFirst" : "form.twiceSecond", { offset })}
              </label>
            `,
          )}
        </fieldset>
      `}
      ${hint && html`<p class="field__hint" id="${name}-hint">${hint}</p>`}
      <${FieldError} id="${name}-error" text=${error} />
    </div>
  `;
}

function ZoneField({ zone, error, hint, set }) {
  const { t } = useWords();
  // Some four hundred: made again only for another choice, not for each letter that is typed elsewhere.
  const options = useMemo(
    () =>
      zonesWith(zone).map(
        (name) => html`
          <option key=${name} value=${name} selected=${name === zone}>${name.replaceAll("_", " ")}</option>
        `,
      ),
    [zone],
  );
  return html`
    <div class="field">
      <label class="field__label" for="timezone">${t("form.timezone")}</label>
      <select
        id="timezone"
        class="input"
        aria-invalid=${error ? "true" : undefined}
        onChange=${(event) => set("timezone", { timezone: event.target.value })}
      >
        ${options}
      </select>
      ${hint && html`<p class="field__hint">${hint}</p>`}
      <${FieldError} id="timezone-error" text=${error} />
    </div>
  `;
}
