// Make an account, as a buyer or a seller, and be signed in at once.

import { useState } from "preact/hooks";
import * as api from "../api.js";
import { html } from "../html.js";
import { mount, useTitle } from "../mount.js";
import { AccountForm } from "../parts/account_form.js";
import { Field } from "../parts/field.js";
import { signInAddress } from "../session.js";
import { useWords } from "../words/index.js";

function SignUpPage() {
  const { t } = useWords();
  const [form, setForm] = useState({ email: "", password: "", name: "", role: "buyer" });
  const set = (field) => (value) => setForm((now) => ({ ...now, [field]: value }));
  useTitle(t("account.signUpTitle"));

  async function send() {
    await api.signUp(form);
    return api.signIn({ email: form.email, password: form.password });
  }

  return html`
    <${AccountForm}
      title=${t("account.signUpTitle")}
      button=${t("account.signUpButton")}
      footer=${html`${t("account.haveAccount")} <a href=${signInAddress()}>${t("nav.signIn")}</a>`}
      send=${send}
    >
      ${(errors) => html`
        <fieldset class="roles">
          <legend class="field__label">${t("account.role")}</legend>
          ${["buyer", "seller"].map(
            (role) => html`
              <label class="role">
                <input
                  type="radio"
                  name="role"
                  value=${role}
                  checked=${form.role === role}
                  onChange=${() => set("role")(role)}
                />
                <span class="role__name">${t(`account.${role}`)}</span>
                <span class="role__hint">${t(`account.${role}Hint`)}</span>
              </label>
            `,
          )}
        </fieldset>
        <${Field}
          id="name"
          label=${t("account.name")}
          autocomplete="name"
          required
          value=${form.name}
          onValue=${set("name")}
          error=${errors.name}
        />
        <${Field}
          id="email"
          label=${t("account.email")}
          type="email"
          autocomplete="username"
          required
          value=${form.email}
          onValue=${set("email")}
          error=${errors.email}
        />
        <${Field}
          id="password"
          label=${t("account.password")}
          type="password"
          autocomplete="new-password"
          required
          value=${form.password}
          onValue=${set("password")}
          error=${errors.password}
        />
      `}
    <//>
  `;
}

mount(SignUpPage);
