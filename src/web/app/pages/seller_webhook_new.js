// Add a webhook; then its secret is shown, once.

import { useState } from "preact/hooks";
import { announce } from "../announce.js";
import { useForm } from "../form.js";
import { html } from "../html.js";
import { check, newForm, requestOf } from "../model/webhooks.js";
import { mount } from "../mount.js";
import { SellersOnly } from "../parts/sellers_only.js";
import { WebhookFields } from "../parts/webhook_form.js";
import { WebhookHelp } from "../parts/webhook_help.js";
import { WebhookSecret } from "../parts/webhook_secret.js";
import { addWebhook } from "../webhook_api.js";
import { useWords } from "../words/index.js";
import "../words/webhooks.js";

function NewWebhookPage() {
  const { t } = useWords();
  const [added, setAdded] = useState(/** @type {any} */ (null));
  return html`
    <a class="back" href="/seller/webhooks">${t("webhook.back")}</a>
    <h1>${t("webhook.new")}</h1>
    ${added
      ? html`
          <${WebhookSecret} secret=${added.secret} hint=${t("webhook.added")}>
            <a class="button button--second" href="/seller/webhooks/${added.id}">${t("webhook.kept")}</a>
          <//>
          <${WebhookHelp} />
        `
      : html`<${Form} onAdded=${setAdded} />`}
  `;
}

function Form({ onAdded }) {
  const { t } = useWords();
  const { form, errors, trouble, busy, element, set, submit } = useForm(newForm, check);
  const send = async () => {
    onAdded(await addWebhook(requestOf(form)));
    announce(t("webhook.secretTitle"));
  };
  return html`
    <form class="maker__form webhook__form" ref=${element} novalidate onSubmit=${(event) => submit(event, send)}>
      ${trouble && html`<p class="notice" data-tone="bad" tabindex="-1">${trouble}</p>`}
      <${WebhookFields} form=${form} errors=${errors} set=${set} />
      <div class="maker__send">
        <button class="button button--main" type="submit" disabled=${busy}>${t("webhook.add")}</button>
        <a class="button button--quiet" href="/seller/webhooks">${t("seller.cancel")}</a>
      </div>
    </form>
  `;
}

mount(() => html`<${SellersOnly} page=${NewWebhookPage} title="webhook.new" />`);
