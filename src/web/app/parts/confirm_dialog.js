// A question that must be answered before something that buyers will notice, or that is final.

import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { useWords } from "../words/index.js";

/**
 * The browser's own dialog: it keeps the focus inside, closes on Escape, and gives the focus back.
 * @param {{title: string, text: string, action: string, final: boolean,
 *          onAnswer: (yes: boolean) => void}} props
 */
export function ConfirmDialog({ title, text, action, final, onAnswer }) {
  const { t } = useWords();
  const dialog = useRef(/** @type {any} */ (null));
  useEffect(() => dialog.current.showModal(), []);
  return html`
    <dialog
      class="dialog"
      ref=${dialog}
      aria-labelledby="dialog-title"
      aria-describedby="dialog-text"
      onClose=${() => onAnswer(dialog.current.returnValue === "yes")}
    >
      <h2 id="dialog-title"><bdi>${title}</bdi></h2>
      <p id="dialog-text">${text}</p>
      <form class="dialog__actions" method="dialog">
        <button class="button button--quiet" type="submit" value="no">${t("seller.cancel")}</button>
        <button
          class="button ${final ? "button--danger" : "button--main"}"
          type="submit"
          value="yes"
        >
          ${action}
        </button>
      </form>
    </dialog>
  `;
}
