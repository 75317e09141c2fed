// What the sign-in and the sign-up form share: one request, errors beside their fields, and the way on.

import { useForm } from "../form.js";
import { html } from "../html.js";
import { nextAddress, signInBy, useSession } from "../session.js";
import { useWords } from "../words/index.js";
import { Field } from "./field.js";
import { Poster } from "./poster.js";

const ABOUT = { "bad-credentials": "password", "email-in-use": "email" };

/** Nothing may be left empty; what else may be wrong the service knows. */
const check = (form) =>
  Object.fromEntries(Object.keys(form).flatMap((name) => (form[name] ? [] : [[name, ["form.required"]]])));

const homeOf = (user) => nextAddress(user.role === "seller" ? "/seller" : "/");

// What hangs beside the form where there is room.
const WALL = ["Ghost Light", "Carmen", "Moonlit Strings", "Winter Gala", "The Magic Flute", "Derby"];

/**
 * @param {{title: string, button: string, footer: any, initial: Record<string, string>,
 *          send: (form: any) => Promise<any>, children: (fields: any) => any}} props
 *   `send` ends with the signed-in user; the children get `form`, `set`, and `field`, which draws a field
 */
export function AccountForm({ title, button, footer, initial, send, children }) {
  const user = useSession();
  const { form, set, errors, trouble, busy, element, submit } = useForm(
    () => initial,
    check,
    ({ kind }) => ABOUT[kind ?? ""],
  );

  async function signIn() {
    const user = await signInBy(() => send(form));
    location.assign(homeOf(user));
  }

  const field = (name, label, more) => html`
    <${Field}
      id=${name}
      label=${label}
      value=${form[name]}
      onValue=${(value) => set(name, { [name]: value })}
      error=${errors[name]}
      required
      ...${more}
    />
  `;
  return html`
    <div class="account">
      <div class="account__wall" aria-hidden="true">
        ${WALL.map((name) => html`<${Poster} key=${name} name=${name} />`)}
      </div>
      <h1>${title}</h1>
      <form class="account__form" ref=${element} novalidate onSubmit=${(event) => submit(event, signIn)}>
        ${user && html`<${AlreadySignedIn} user=${user} />`}
        ${trouble && html`<p class="notice" data-tone="bad" tabindex="-1">${trouble}</p>`}
        ${children({ form, set, field })}
        <button class="button button--main" type="submit" disabled=${busy}>${button}</button>
      </form>
      <p class="account__footer">${footer}</p>
    </div>
  `;
}

/** In another tab, perhaps, while this form was open. */
function AlreadySignedIn({ user }) {
  const { t } = useWords();
  return html`
    <p class="notice" data-tone="good">
      <bdi>${t("nav.signedInAs", { name: user.name })}</bdi> <a href=${homeOf(user)}>${t("account.goOn")}</a>
    </p>
  `;
}
