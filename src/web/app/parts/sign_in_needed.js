// What a page that belongs to somebody shows to nobody in particular.

import { html } from "../html.js";
import { signInAddress } from "../session.js";
import { useWords } from "../words/index.js";
import { NothingHere } from "./nothing_here.js";

export function SignInNeeded() {
  const { t } = useWords();
  return html`
    <${NothingHere} title=${t("account.needed")}>
      <a class="button button--main" href=${signInAddress()}>${t("nav.signIn")}</a>
    <//>
  `;
}
