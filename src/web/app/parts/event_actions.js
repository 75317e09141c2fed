// What a seller can do with an event: publish or hide, complete, end. Each asks first.

import { useState } from "preact/hooks";
import { announce } from "../announce.js";
import * as api from "../api.js";
import { html } from "../html.js";
import { problemText, useWords } from "../words/index.js";
import { ConfirmDialog } from "./confirm_dialog.js";

const CHANGES = {
  publish: { is_active: true },
  hide: { is_active: false },
  complete: { status: "completed" },
  end: { status: "ended" },
};

/** The actions that an event in this state allows. */
function actionsFor({ status, is_active: isActive }) {
  if (status !== "available" && status !== "sold_out") return [];
  return [isActive ? "hide" : "publish", "complete", "end"];
}

/** @param {{event: any, onChange: (event: any) => void}} props */
export function EventActions({ event, onChange }) {
  const words = useWords();
  const { t } = words;
  const [asked, setAsked] = useState(/** @type {string | null} */ (null));
  const [problem, setProblem] = useState(/** @type {any} */ (null));

  async function answer(yes, action) {
    setAsked(null);
    setProblem(null);
    if (!yes) return;
    try {
      onChange(await api.changeEvent(event.id, CHANGES[action]));
      announce(t(`seller.done.${action}`));
    } catch (failure) {
      setProblem(failure);
      announce(problemText(words, failure));
    }
  }

  const capital = (action) => action[0].toUpperCase() + action.slice(1);
  return html`
    <div class="actions">
      ${actionsFor(event).map(
        (action) => html`
          <button
            key=${action}
            class="button button--quiet button--outlined"
            type="button"
            onClick=${() => setAsked(action)}
          >
            ${t(`seller.${action}`)}
          </button>
        `,
      )}
      ${problem && html`<p class="field__error" role="alert">${problemText(words, problem)}</p>`}
      ${asked &&
      html`
        <${ConfirmDialog}
          title=${t(`seller.confirm${capital(asked)}`, { name: event.name })}
          text=${t(`seller.explain${capital(asked)}`)}
          action=${t(`seller.${asked}`)}
          final=${asked === "complete" || asked === "end"}
          onAnswer=${(yes) => answer(yes, asked)}
        />
      `}
    </div>
  `;
}

/** Between on sale and sold out the live seats decide; what the seller decided stays. */
export function statusNow({ status }, subsections) {
  if (status !== "available" && status !== "sold_out") return status;
  if (subsections.length === 0) return status;
  return subsections.some(({ available }) => available > 0) ? "available" : "sold_out";
}

/** On sale, sold out, completed or ended; hidden while buyers could see it and do not. */
export function EventStatus({ event }) {
  const { t } = useWords();
  if (!event.is_active && actionsFor(event).length > 0) {
    return html`<span class="status" data-status="hidden">${t("seller.hidden")}</span>`;
  }
  return html`
    <span class="status" data-status=${event.status}>${t(`seller.status.${event.status}`)}</span>
  `;
}
