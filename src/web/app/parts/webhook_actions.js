// What a seller can do with a webhook. What stops it, or cannot be taken back, asks first.

import { useState } from "preact/hooks";
import { html } from "../html.js";
import { useWords } from "../words/index.js";
import { ConfirmDialog } from "./confirm_dialog.js";

/**
 * @typedef {"test" | "edit" | "pause" | "resume" | "rotate" | "delete"} Action
 * @param {{webhook: any, busy: boolean, onAction: (action: Action) => void}} props
 */
export function WebhookActions({ webhook, busy, onAction }) {
  const { t } = useWords();
  const [asked, setAsked] = useState(/** @type {Action | null} */ (null));
  const isActive = webhook.status === "active";

  function answer(yes) {
    const action = asked;
    setAsked(null);
    if (yes && action) onAction(action);
  }

  const button = (action, press, kind = "quiet button--outlined") => html`
    <button class="button button--${kind}" type="button" disabled=${busy} onClick=${() => press(action)}>
      ${t(`webhook.do.${action}`)}
    </button>
  `;
  return html`
    <div class="actions">
      ${button("test", onAction, "main")} ${button("edit", onAction)}
      ${isActive ? button("pause", setAsked) : button("resume", onAction)} ${button("rotate", setAsked)}
      ${button("delete", setAsked)}
      ${asked &&
      html`
        <${ConfirmDialog}
          title=${t(`webhook.ask.${asked}`)}
          text=${t(`webhook.explain.${asked}`, { url: webhook.url })}
          action=${t(`webhook.do.${asked}`)}
          final=${asked === "delete"}
          onAnswer=${answer}
        />
      `}
    </div>
  `;
}
