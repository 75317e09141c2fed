// A part that few need: its module is fetched when it is first shown.

import { useEffect, useState } from "preact/hooks";
import { html } from "../html.js";

/** @param {{load: () => Promise<any>, children?: any}} props what `load` gives is drawn with the other props; until then the children are */
export function Lazy({ load, children, ...props }) {
  const [part, setPart] = useState(/** @type {{view: any} | null} */ (null));
  useEffect(() => {
    load().then(
      (view) => setPart({ view }),
      () => {}, // what is shown meanwhile stays
    );
  }, []);
  return part ? html`<${part.view} ...${props} />` : children;
}
