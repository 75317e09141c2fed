// What the sign-in and the sign-up form share: one request, errors beside their fields, and the way on.

import { useState } from "preact/hooks";
import { announce } from "../announce.js";
import { html } from "../html.js";
import { byField } from "../model/field_errors.js";
import { nextAddress, signInBy } from "../session.js";
import { problemText, useWords } from "../words/index.js";

/**
 * @param {{title: string, button: string, footer: any,
 *          send: () => Promise<any>, children: (errors: Record<string, string>) => any}} props
 *   `send` ends with the signed-in user
 */
export function AccountForm({ title, button, footer, send, children }) {
  const words = useWords();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const errors = byField(problem?.errors ?? []);

  async function submit(event) {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const user = await signInBy(send);
      location.assign(nextAddress(user.role === "seller" ? "/seller" : "/"));
    } catch (failure) {
      setBusy(false);
      setProblem(failure);
      announce(tell(failure));
    }
  }

  function tell(failure) {
    const fields = failure.errors?.length;
    if (fields) return words.t("form.check", { n: fields });
    return problemText(words, failure);
  }

  return html`
    <div class="account">
      <h1>${title}</h1>
      <form class="account__form" onSubmit=${submit}>
        ${problem && html`<p class="notice" data-tone="bad">${tell(problem)}</p>`}
        ${children(errors)}
        <button class="button button--main" type="submit" disabled=${busy}>${button}</button>
      </form>
      <p class="account__footer">${footer}</p>
    </div>
  `;
}
