// Light or dark: the system's choice until the person makes one, which is then kept.

import { useEffect, useState } from "preact/hooks";
import { html } from "../html.js";
import { save } from "../storage.js";
import { useWords } from "../words/index.js";

const systemDark = matchMedia("(prefers-color-scheme: dark)");

export function ThemeSwitch() {
  const { t } = useWords();
  const chosen = document.documentElement.dataset.theme;
  const [dark, setDark] = useState(chosen ? chosen === "dark" : systemDark.matches);

  useEffect(() => {
    const follow = () => {
      if (!document.documentElement.dataset.theme) setDark(systemDark.matches);
    };
    systemDark.addEventListener("change", follow);
    return () => systemDark.removeEventListener("change", follow);
  }, []);

  function change() {
    const theme = dark ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    save("theme", theme);
    setDark(!dark);
  }

  const label = t(dark ? "switch.toLight" : "switch.toDark");
  return html`
    <button class="switch" type="button" aria-label=${label} title=${label} onClick=${change}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        ${dark
          ? html`<circle cx="12" cy="12" r="4.5" />
              <path d="M12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2" />`
          : html`<path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z" />`}
      </svg>
    </button>
  `;
}
