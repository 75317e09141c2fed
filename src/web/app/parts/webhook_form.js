// The form of a webhook: where it goes, and what it is told.

import { html } from "../html.js";
import { GROUPS, TYPES } from "../model/webhooks.js";
import { useWords } from "../words/index.js";
import { Check } from "./check.js";
import { Field, FieldError } from "./field.js";

const LONGEST_ADDRESS = 2_000;
const LONGEST_DESCRIPTION = 200;

/** @param {import("./event_fields.js").Fields} props */
export function WebhookFields({ form, errors, set }) {
  const { t } = useWords();
  return html`
    <div class="group panel">
      <${Field}
        id="url"
        type="url"
        label=${t("webhook.address")}
        hint=${t("webhook.addressHint")}
        value=${form.url}
        onValue=${(url) => set("url", { url })}
        error=${errors.url}
        maxlength=${LONGEST_ADDRESS}
        autocomplete="off"
        spellcheck=${false}
      />
      <${Field}
        id="description"
        label=${t("webhook.description")}
        hint=${t("webhook.descriptionHint")}
        value=${form.description}
        onValue=${(description) => set("description", { description })}
        error=${errors.description}
        maxlength=${LONGEST_DESCRIPTION}
        autocomplete="off"
      />
    </div>
    <${TypeFields} types=${form.types} error=${errors.types} onTypes=${(types) => set("types", { types })} />
  `;
}

function TypeFields({ types, error, onTypes }) {
  const { t } = useWords();
  const described = ["types-hint", error && "types-error"].filter(Boolean).join(" ");
  const turn = (type, on) => onTypes(TYPES.filter((one) => (one === type ? on : types.includes(one))));
  return html`
    <fieldset class="group panel" aria-describedby=${described}>
      <legend>${t("webhook.types")}</legend>
      <div class="types__head">
        <p class="field__hint" id="types-hint">${t("webhook.typesHint")}</p>
        <button class="button button--quiet button--outlined" type="button" onClick=${() => onTypes(TYPES)}>
          ${t("webhook.all")}
        </button>
        <button class="button button--quiet button--outlined" type="button" onClick=${() => onTypes([])}>
          ${t("webhook.none")}
        </button>
      </div>
      <${FieldError} id="types-error" text=${error} />
      ${Object.entries(GROUPS).map(
        ([group, names]) => html`
          <fieldset key=${group} class="types">
            <legend>${t(`webhook.group.${group}`)}</legend>
            ${names.map((name) => {
              const type = `${group}.${name}`;
              return html`
                <${Check}
                  key=${type}
                  id=${type}
                  checked=${types.includes(type)}
                  invalid=${Boolean(error)}
                  label=${html`${t(`webhook.type.${type}`)} <code>${type}</code>`}
                  hint=${t(`webhook.means.${type}`)}
                  onChange=${(on) => turn(type, on)}
                />
              `;
            })}
          </fieldset>
        `,
      )}
    </fieldset>
  `;
}
