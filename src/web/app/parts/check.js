// A checkbox with its name and what it means.

import { html } from "../html.js";

/**
 * @param {{id: string, checked: boolean, label: any, hint: string, invalid?: boolean,
 *          onChange: (checked: boolean) => void}} props
 */
export function Check({ id, checked, label, hint, invalid = false, onChange }) {
  return html`
    <div class="check">
      <input
        id=${id}
        type="checkbox"
        checked=${checked}
        aria-invalid=${invalid ? "true" : undefined}
        aria-describedby="${id}-hint"
        onChange=${(event) => onChange(event.target.checked)}
      />
      <div>
        <label for=${id}>${label}</label>
        <p id="${id}-hint">${hint}</p>
      </div>
    </div>
  `;
}
