// Sign in, and go back to where that was asked for.

import { useState } from "preact/hooks";
import * as api from "../api.js";
import { html } from "../html.js";
import { mount, useTitle } from "../mount.js";
import { AccountForm } from "../parts/account_form.js";
import { Field } from "../parts/field.js";
import { signInAddress } from "../session.js";
import { useWords } from "../words/index.js";

function SignInPage() {
  const { t } = useWords();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  useTitle(t("account.signInTitle"));
  return html`
    <${AccountForm}
      title=${t("account.signInTitle")}
      button=${t("account.signInButton")}
      footer=${html`${t("account.noAccount")} <a href=${signInAddress("/sign-up")}>${t("nav.signUp")}</a>`}
      send=${() => api.signIn({ email, password })}
    >
      ${(errors) => html`
        <${Field}
          id="email"
          label=${t("account.email")}
          type="email"
          autocomplete="username"
          required
          value=${email}
          onValue=${setEmail}
          error=${errors.email}
        />
        <${Field}
          id="password"
          label=${t("account.password")}
          type="password"
          autocomplete="current-password"
          required
          value=${password}
          onValue=${setPassword}
          error=${errors.password}
        />
      `}
    <//>
  `;
}

mount(SignInPage);
