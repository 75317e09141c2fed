// A button that saves a CSV file, and says when it could not.

import { useState } from "preact/hooks";
import { announce } from "../announce.js";
import { downloadCsv } from "../download.js";
import { html } from "../html.js";
import { problemText, useWords } from "../words/index.js";

/** @param {{path: string, file: string, children: any}} props `file`: the name if the service gives none */
export function CsvButton({ path, file, children }) {
  const words = useWords();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {any} */ (null));

  async function save() {
    setBusy(true);
    setProblem(null);
    try {
      await downloadCsv(path, file);
      announce(words.t("report.saved"));
    } catch (failure) {
      setProblem(failure);
    }
    setBusy(false);
  }

  return html`
    <button class="button button--quiet button--outlined" type="button" disabled=${busy} onClick=${save}>
      ${children}
    </button>
    ${problem && html`<p class="field__error" role="alert">${problemText(words, problem)}</p>`}
  `;
}
