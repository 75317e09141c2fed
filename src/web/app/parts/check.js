// A checkbox with its name and what it means.

import { html } from "../html.js";

/** @param {{id: string, checked: boolean, label: string, hint: string, onChange: (checked: boolean) => void}} props */
export function Check({ id, checked, label, hint, onChange }) {
  return html`
    <div class="check">
      <input
        id=${id}
        type="checkbox"
        checked=${checked}
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
