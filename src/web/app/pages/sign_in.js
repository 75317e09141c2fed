// Sign in, and go back to where that was asked for.

import * as api from "../api.js";
import { html } from "../html.js";
import { mount, useTitle } from "../mount.js";
import { AccountForm } from "../parts/account_form.js";
import { signInAddress } from "../session.js";
import { useWords } from "../words/index.js";

const EMPTY = { email: "", password: "" };

function SignInPage() {
  const { t } = useWords();
  useTitle(t("account.signInTitle"));
  return html`
    <${AccountForm}
      title=${t("account.signInTitle")}
      button=${t("account.signInButton")}
      footer=${html`${t("account.noAccount")} <a href=${signInAddress("/sign-up")}>${t("nav.signUp")}</a>`}
      initial=${EMPTY}
      send=${api.signIn}
    >
      ${({ field }) => html`
        ${field("email", t("account.email"), { type: "email", autocomplete: "username" })}
        ${field("password", t("account.password"), { type: "password", autocomplete: "current-password" })}
      `}
    <//>
  `;
}

mount(SignInPage);
