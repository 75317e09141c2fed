// What every page has around it: the header with its switches, the main landmark, the footer.

import { useMemo, useState } from "preact/hooks";
import { Announcer } from "../announce.js";
import { html } from "../html.js";
import { SessionContext, signInAddress, signOut, useLoadedSession, useSession } from "../session.js";
import { save } from "../storage.js";
import { WordsContext, problemText, useWords, wordsFor } from "../words/index.js";
import { ThemeSwitch } from "./theme_switch.js";

export function Site({ children }) {
  const root = document.documentElement;
  const [language, setLanguage] = useState(root.lang);
  const words = useMemo(() => wordsFor(language), [language]);
  const user = useLoadedSession();

  function switchLanguage() {
    const other = language === "en" ? "zh-Hant-TW" : "en";
    root.lang = other;
    save("language", other);
    setLanguage(other);
  }

  return html`
    <${WordsContext.Provider} value=${words}>
      <${SessionContext.Provider} value=${user}>
        <a class="skip" href="#content" onClick=${skip}>${words.t("site.skip")}</a>
        <${Header} onLanguage=${switchLanguage} />
        <main id="content" class="page" tabindex="-1">${children}</main>
        <footer class="footer">
          <p>${words.t("site.footer")}</p>
          <p><a href="/docs">${words.t("site.api")}</a></p>
        </footer>
        <${Announcer} />
      <//>
    <//>
  `;
}

/** Without leaving a fragment in the address: there it would name a subsection of the venue. */
function skip(event) {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function Header({ onLanguage }) {
  const words = useWords();
  const { t } = words;
  const user = useSession();
  const other = words.language === "en" ? "zh-Hant-TW" : "en";
  return html`
    <header class="header">
      <a class="brand" href="/" aria-label=${t("site.name")}><${Logo} /><span>${t("site.name")}</span></a>
      <nav class="nav" aria-label=${t("nav.main")}>
        <${NavLink} href="/">${t("nav.events")}<//>
        ${user?.role === "buyer" &&
        html`<${NavLink} href="/reservations">${t("nav.reservations")}<//>`}
        ${user?.role === "seller" &&
        html`
          <${NavLink} href="/seller">${t("nav.seller")}<//>
          <${NavLink} href="/seller/webhooks">${t("nav.webhooks")}<//>
        `}
      </nav>
      <div class="header__end">
        <button
          class="switch"
          type="button"
          lang=${other}
          aria-label=${t("switch.languageLabel")}
          onClick=${onLanguage}
        >
          ${t("switch.language")}
        </button>
        <${ThemeSwitch} />
        ${user &&
        html`
          <span class="who" title=${t("nav.signedInAs", { name: user.name })}>${user.name}</span>
          <button
            class="button button--quiet"
            type="button"
            onClick=${() => signOut((problem) => problemText(words, problem))}
          >
            ${t("nav.signOut")}
          </button>
        `}
        ${user === null &&
        html`
          <${SignInLink} page="/sign-in">${t("nav.signIn")}<//>
          <${SignInLink} page="/sign-up">${t("nav.signUp")}<//>
        `}
      </div>
    </header>
  `;
}

/** Leads back to where it was followed from, so its address is made when it is followed. */
function SignInLink({ page, children }) {
  const follow = (event) => {
    event.currentTarget.href = signInAddress(page);
  };
  return html`<a class="button button--quiet" href=${page} onClick=${follow}>${children}</a>`;
}

function NavLink({ href, children }) {
  const current = location.pathname === href ? "page" : undefined;
  return html`<a href=${href} aria-current=${current}>${children}</a>`;
}

/** A ticket, and on it the backs of the front row. The icon in `images/` is the same. */
const Logo = () => html`
  <svg class="brand__mark" viewBox="0 0 32 32" aria-hidden="true">
    <path fill="#ffd21f" d="M1 5h30v8.5a2.5 2.5 0 0 0 0 5V27H1v-8.5a2.5 2.5 0 0 0 0-5z" />
    ${[7, 13.5, 20].map((x) => html`<path fill="#17171a" d="M${x} 23.5v-8a2.5 2.5 0 0 1 5 0v8z" />`)}
  </svg>
`;
