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
        <footer class="footer"><p>${words.t("site.footer")}</p></footer>
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
        ${user?.role === "seller" && html`<${NavLink} href="/seller">${t("nav.seller")}<//>`}
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

const Logo = () => html`
  <svg class="brand__mark" viewBox="0 0 32 32" aria-hidden="true">
    <path class="brand__stage" d="M5 8.5Q16 3 27 8.5" />
    ${[
      [7, 15], [13, 16.6], [19, 16.6], [25, 15], [7, 22.5], [13, 24.1], [25, 22.5],
    ].map(([x, y]) => html`<circle cx=${x} cy=${y} r="2.3" />`)}
    <circle class="brand__mine" cx="19" cy="24.1" r="3.1" />
  </svg>
`;
