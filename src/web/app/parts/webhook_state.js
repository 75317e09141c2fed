// How a webhook stands, in a word, and why.

import { html } from "../html.js";
import { TYPES, hasAllTypes } from "../model/webhooks.js";
import { useWords } from "../words/index.js";
import { reasonSaying } from "../words/webhooks.js";

const SIGNS = { active: "●", paused: "❚❚" };

/** @param {{webhook: any}} props */
export function WebhookState({ webhook }) {
  const { t } = useWords();
  const { status } = webhook;
  return html`
    <span class="status status--signed" data-status=${status}>
      <span aria-hidden="true">${SIGNS[status]}</span> ${t(`webhook.state.${status}`)}
    </span>
  `;
}

/** Why it is paused; nothing while it is not. @param {{webhook: any}} props */
export function WhyPaused({ webhook: { status, paused_reason: reason } }) {
  const { tell } = useWords();
  return status === "paused" ? tell(reasonSaying(reason)) : null;
}

const MOST_NAMED = 3;

/** What it is told of, in a few words. @param {{webhook: any}} props */
export function WebhookTypes({ webhook }) {
  const { t } = useWords();
  const { types } = webhook;
  if (hasAllTypes(webhook)) return t("webhook.everything");
  if (types.length > MOST_NAMED) return t("webhook.some", { n: types.length, of: TYPES.length });
  return types.map((type) => t(`webhook.type.${type}`)).join(" · ");
}
