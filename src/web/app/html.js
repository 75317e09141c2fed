// The one place where the vendored libraries meet: `html` is htm bound to Preact.

import htm from "htm";
import { Component, h } from "preact";

export const html = htm.bind(h);

/**
 * A component that renders again only when one of its props is another value.
 * @template P
 * @param {(props: P) => any} view
 */
export function memo(view) {
  return class extends Component {
    shouldComponentUpdate(next) {
      const now = /** @type {any} */ (this.props);
      return Object.keys(next).some((name) => !Object.is(next[name], now[name]));
    }

    render(props) {
      return view(props);
    }
  };
}
