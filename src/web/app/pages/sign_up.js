// Make an account, as a buyer or a seller, and be signed in at once.

import * as api from "../api.js";
import { html } from "../html.js";
import { mount, useTitle } from "../mount.js";
import { AccountForm } from "../parts/account_form.js";
import { signInAddress } from "../session.js";
import { useWords } from "../words/index.js";

const EMPTY = { email: "", password: "", name: "", role: "buyer" };

function SignUpPage() {
  const { t } = useWords();
  useTitle(t("account.signUpTitle"));

  async function send(form) {
    await api.signUp(form);
    return api.signIn({ email: form.email, password: form.password });
  }

  return html`
    <${AccountForm}
      title=${t("account.signUpTitle")}
      button=${t("account.signUpButton")}
      footer=${html`${t("account.haveAccount")} <a href=${signInAddress()}>${t("nav.signIn")}</a>`}
      initial=${EMPTY}
      send=${send}
    >
      ${({ form, set, field }) => html`
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
                  onChange=${() => set("role", { role })}
                />
                <span class="role__name">${t(`account.${role}`)}</span>
                <span class="role__hint">${t(`account.${role}Hint`)}</span>
              </label>
            `,
          )}
        </fieldset>
        ${field("name", t("account.name"), { autocomplete: "name" })}
        ${field("email", t("account.email"), { type: "email", autocomplete: "username" })}
        ${field("password", t("account.password"), { type: "password", autocomplete: "new-password" })}
      `}
    <//>
  `;
}

mount(SignUpPage);
