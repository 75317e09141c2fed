// The search of the front page: words, and a time.

import { html } from "../html.js";
import { useWords } from "../words/index.js";

/**
 * @param {{search: import("../model/programme.js").Search, onSearch: (change: object) => void}} props
 */
export function FindEvents({ search, onSearch }) {
  const { t } = useWords();
  const isDay = /^\d/.test(search.when);
  const times = [
    ["", t("home.anyTime")],
    ["week", t("home.week")],
    ["month", t("home.month")],
  ];
  return html`
    <form class="find" role="search" onSubmit=${(event) => event.preventDefault()}>
      <label class="visually-hidden" for="q">${t("home.search")}</label>
      <input
        class="input find__words"
        id="q"
        type="search"
        maxlength="200"
        autocomplete="off"
        placeholder=${t("home.search")}
        value=${search.q}
        onInput=${(event) => onSearch({ q: event.target.value })}
      />
      <fieldset class="find__when">
        <legend class="visually-hidden">${t("home.when")}</legend>
        ${times.map(
          ([when, text]) => html`
            <label class="chip">
              <input
                class="visually-hidden"
                type="radio"
                name="when"
                checked=${search.when === when}
                onChange=${() => onSearch({ when })}
              />
              <span>${text}</span>
            </label>
          `,
        )}
        <label class="chip chip--day" data-on=${isDay ? "yes" : "no"}>
          <span>${t("home.day")}</span>
          <input
            type="date"
            value=${isDay ? search.when : ""}
            onChange=${(event) => onSearch({ when: event.target.value })}
          />
        </label>
      </fieldset>
    </form>
  `;
}
