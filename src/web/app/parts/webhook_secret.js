// The secret of a webhook, in the only moment in which it is shown.

import { useEffect, useRef, useState } from "preact/hooks";
import { announce } from "../announce.js";
import { html } from "../html.js";
import { useWords } from "../words/index.js";

/** @param {{secret: string, hint: string, children: any}} props the children lead on once it is kept */
export function WebhookSecret({ secret, hint, children }) {
  const { t } = useWords();
  const heading = useRef(/** @type {any} */ (null));
  const field = useRef(/** @type {any} */ (null));
  const [told, setTold] = useState("");
  useEffect(() => heading.current.focus(), []);

  async function copy() {
    field.current.select();
    // Where the page is not a secure context there is no clipboard.
    const copied = await Promise.resolve(navigator.clipboard?.writeText(secret).then(() => true)).catch(() => false);
    const key = copied ? "webhook.copied" : "webhook.copyByHand";
    setTold(key);
    announce(t(key));
  }

  return html`
    <section class="panel secret" aria-labelledby="secret-title">
      <h2 id="secret-title" tabindex="-1" ref=${heading}>${t("webhook.secretTitle")}</h2>
      <p>${hint}</p>
      <p class="notice">${t("webhook.secretHint")}</p>
      <div class="field">
        <label class="field__label" for="secret">${t("webhook.secret")}</label>
        <div class="secret__row">
          <input
            ref=${field}
            id="secret"
            class="input"
            readonly
            value=${secret}
            autocomplete="off"
            spellcheck=${false}
            onFocus=${({ target }) => target.select()}
          />
          <button class="button button--main" type="button" onClick=${copy}>${t("webhook.copy")}</button>
        </div>
        ${told && html`<p class="field__hint">${t(told)}</p>`}
      </div>
      <div class="secret__on">${children}</div>
    </section>
  `;
}
