// Draws one page into the document; every module under `pages/` ends in a call of this.

import { render } from "preact";
import { useEffect } from "preact/hooks";
import { html } from "./html.js";
import { Site } from "./parts/site.js";
import { useWords } from "./words/index.js";

export function mount(Page) {
  render(html`<${Site}><${Page} /><//>`, /** @type {Element} */ (document.getElementById("app")));
}

/** Keep the document's title at `text`. */
export function useTitle(text) {
  const { t } = useWords();
  const site = t("site.name");
  useEffect(() => {
    document.title = text ? `${text} – ${site}` : site;
  }, [text, site]);
}
