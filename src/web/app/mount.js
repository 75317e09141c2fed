// Draws one page into the document; every module under `pages/` ends in a call of this.

import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { html } from "./html.js";
import { Site } from "./parts/site.js";
import { useSession } from "./session.js";
import { useWords } from "./words/index.js";

export function mount(page) {
  render(
    html`<${Site}><${OfWhoever} page=${page} /><//>`,
    /** @type {Element} */ (document.getElementById("app")),
  );
}

/** Whoever signs in after somebody else, in another tab, gets a page of their own. */
function OfWhoever({ page }) {
  const user = useSession();
  const account = useRef({ id: user?.id, number: 0 });
  if (user && user.id !== account.current.id) {
    const isOther = account.current.id !== undefined;
    account.current = { id: user.id, number: account.current.number + (isOther ? 1 : 0) };
  }
  return html`<${page} key=${account.current.number} />`;
}

/** Keep the document's title at `text`. */
export function useTitle(text) {
  const { t } = useWords();
  const site = t("site.name");
  useEffect(() => {
    document.title = text ? `${text} – ${site}` : site;
  }, [text, site]);
}
