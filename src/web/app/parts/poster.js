// The poster of an event, which the service draws from its name (`src/web/poster.py`). It says nothing
// that the page does not say, so it is left out for a screen reader.

import { html } from "../html.js";

const WIDTH = 300;
const HEIGHT = 400;

/** @param {{name: string, soon?: boolean}} props `soon`: in view from the start */
export function Poster({ name, soon = false }) {
  return html`
    <img
      class="poster"
      src=${posterAddress(name)}
      alt=""
      width=${WIDTH}
      height=${HEIGHT}
      loading=${soon ? "eager" : "lazy"}
      decoding="async"
    />
  `;
}

const posterAddress = (/** @type {string} */ name) =>
  `${document.documentElement.dataset.static}/poster.svg?name=${encodeURIComponent(name.toWellFormed())}`;
