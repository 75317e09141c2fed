// A page, or a part of one, that has nothing to show, and what to do instead.

import { html } from "../html.js";
import { useWords } from "../words/index.js";

/** @param {{title: string, hint?: string, children?: any}} props without children: a way home */
export function NothingHere({ title, hint, children }) {
  const { t } = useWords();
  return html`
    <div class="nothing">
      <h1 class="nothing__title">${title}</h1>
      ${hint && html`<p>${hint}</p>`}
      ${children ?? html`<a class="button button--main" href="/">${t("nav.events")}</a>`}
    </div>
  `;
}
