// What a seller can do with an event: publish or hide, complete, end. Each asks first.

import { useEffect, useRef, useState } from "preact/hooks";
import { useAction } from "../action.js";
import { announce } from "../announce.js";
import * as api from "../api.js";
import { html } from "../html.js";
import { hearTabs, tellTabs } from "../tabs.js";
import { problemText, useWords } from "../words/index.js";
import { ConfirmDialog } from "./confirm_dialog.js";

const KIND = "event";
const CHANGES = {
  publish: { is_active: true },
  hide: { is_active: false },
  complete: { status: "completed" },
  end: { status: "ended" },
};

/** The actions that an event in this state allows. */
export function actionsFor({ status, is_active: isActive }) {
  if (status !== "available" && status !== "sold_out") return [];
  return [isActive ? "hide" : "publish", "complete", "end"];
}

/** @param {{event: any, onChange: (event: any) => void}} props */
export function EventActions({ event, onChange }) {
  const words = useWords();
  const { t } = words;
  const [asked, setAsked] = useState(/** @type {string | null} */ (null));
  const [told, setTold] = useState(/** @type {{done?: string, problem?: any} | null} */ (null));
  const { busy, run } = useAction();
  const line = useRef(/** @type {any} */ (null));
  useEffect(() => hearTabs(KIND, (changed) => changed.id === event.id && onChange(changed)), [event.id]);
  useEffect(() => {
    // The button that led here may be gone, and the focus with it.
    if (told && document.activeElement === document.body) line.current.focus();
  }, [told]);

  function ask(action) {
    setTold(null);
    setAsked(action);
  }

  function answer(yes, action) {
    setAsked(null);
    if (yes) run(() => change(action));
  }

  async function change(action) {
    try {
      const changed = await api.changeEvent(event.id, CHANGES[action]);
      onChange(changed);
      tellTabs(KIND, changed);
      setTold({ done: action });
      announce(t(`seller.done.${action}`));
    } catch (problem) {
      setTold({ problem });
      announce(problemText(words, problem));
      // Somebody else has ended it, perhaps: what can be done is what it allows now.
      if (problem.status === 409) api.event(event.id).then(onChange, () => {});
    }
  }

  const capital = (action) => action[0].toUpperCase() + action.slice(1);
  return html`
    <div class="actions">
      ${actionsFor(event).map(
        // Without a key of its own: the button that hid an event keeps the focus and publishes it.
        (action) => html`
          <button
            class="button button--quiet button--outlined"
            type="button"
            disabled=${busy}
            onClick=${() => ask(action)}
          >
            ${t(`seller.${action}`)}
          </button>
        `,
      )}
      ${told?.problem && html`<p class="field__error" tabindex="-1" ref=${line}>${problemText(words, told.problem)}</p>`}
      ${told?.done && html`<p class="actions__done" tabindex="-1" ref=${line}>${t(`seller.done.${told.done}`)}</p>`}
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
