// A labelled input, its hint and its error, tied together for everyone.

import { html } from "../html.js";

/**
 * @param {{id: string, label: string, value: any, onValue: (value: string) => void,
 *          error?: string, hint?: string, multiline?: boolean, [attribute: string]: any}} props
 */
export function Field({ id, label, value, onValue, error, hint, multiline, ...attributes }) {
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const element = multiline ? "textarea" : "input";
  return html`
    <div class="field">
      <label class="field__label" for=${id}>${label}</label>
      <${element}
        ...${attributes}
        id=${id}
        class="input"
        value=${value}
        aria-invalid=${error ? "true" : undefined}
        aria-describedby=${described || undefined}
        onInput=${(event) => onValue(event.target.value)}
      />
      ${hint && html`<p class="field__hint" id="${id}-hint">${hint}</p>`}
      <${FieldError} id="${id}-error" text=${error} />
    </div>
  `;
}

/** @param {{id: string, text?: string}} props */
export function FieldError({ id, text }) {
  return text ? html`<p class="field__error" id=${id}>${text}</p>` : null;
}
