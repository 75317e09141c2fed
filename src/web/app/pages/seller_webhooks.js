// The seller's webhooks, and how a program receives what they send.

import { useEffect, useState } from "preact/hooks";
import { html } from "../html.js";
import { mount } from "../mount.js";
import { NothingHere } from "../parts/nothing_here.js";
import { SellersOnly } from "../parts/sellers_only.js";
import { WebhookHelp } from "../parts/webhook_help.js";
import { WebhookState, WebhookTypes, WhyPaused } from "../parts/webhook_state.js";
import { whenShownAgain } from "../tabs.js";
import { webhooks } from "../webhook_api.js";
import { problemText, useWords } from "../words/index.js";
import "../words/webhooks.js";

function WebhooksPage() {
  const words = useWords();
  const { t } = words;
  const [found, setFound] = useState(/** @type {any[] | null} */ (null));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  useEffect(() => {
    const read = () => webhooks().then(setFound, setProblem);
    read();
    return whenShownAgain(read);
  }, []);

  const create = html`<a class="button button--main" href="/seller/webhooks/new">${t("webhook.new")}</a>`;
  if (!found) {
    return problem
      ? html`<p class="banner" role="alert">${problemText(words, problem)}</p>`
      : html`<p class="loading">${t("connection.connecting")}</p>`;
  }
  return html`
    ${found.length === 0
      ? html`<${NothingHere} title=${t("webhook.empty")} hint=${t("webhook.emptyHint")}>${create}<//>`
      : html`
          <header class="titlebar"><h1>${t("webhook.title")}</h1>${create}</header>
          <p class="hint">${t("webhook.lead")}</p>
          <${Webhooks} webhooks=${found} />
        `}
    <${WebhookHelp} />
  `;
}

function Webhooks({ webhooks }) {
  const { t } = useWords();
  return html`
    <table class="rows webhooks">
      <thead>
        <tr>
          <th scope="col">${t("webhook.address")}</th>
          <th scope="col">${t("webhook.types")}</th>
          <th scope="col">${t("webhook.state")}</th>
        </tr>
      </thead>
      <tbody>
        ${webhooks.map(
          (webhook) => html`
            <tr key=${webhook.id} class="show">
              <th scope="row" class="show__name">
                <a href="/seller/webhooks/${webhook.id}"><bdi>${webhook.url}</bdi></a>
                ${webhook.description && html`<bdi class="show__venue">${webhook.description}</bdi>`}
              </th>
              <td class="show__date"><${WebhookTypes} webhook=${webhook} /></td>
              <td class="show__status">
                <${WebhookState} webhook=${webhook} />
                <span class="hint"><${WhyPaused} webhook=${webhook} /></span>
              </td>
            </tr>
          `,
        )}
      </tbody>
    </table>
  `;
}

mount(() => html`<${SellersOnly} page=${WebhooksPage} title="webhook.title" />`);
