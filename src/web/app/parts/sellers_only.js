// The seller's pages, for everyone who is not one: what to do instead.

import { useRef } from "preact/hooks";
import { html } from "../html.js";
import { useTitle } from "../mount.js";
import { useSession } from "../session.js";
import { useWords } from "../words/index.js";
import { NothingHere } from "./nothing_here.js";
import { SignInNeeded } from "./sign_in_needed.js";

/** @param {{page: any, title: string}} props `page` is drawn with the seller as its `user` */
export function SellersOnly({ page, title }) {
  const { t } = useWords();
  const user = useSession();
  const seller = useRef(/** @type {any} */ (null));
  useTitle(t(title));
  if (user?.role === "seller") seller.current = user;
  if (user === undefined) return html`<p class="loading">${t("connection.connecting")}</p>`;
  if (user && user.role !== "seller") return html`<${NothingHere} title=${t("seller.onlySellers")} />`;
  // What was typed is there again when the same seller signs in again in another tab.
  return html`
    ${!user && html`<${SignInNeeded} key="sign-in" />`}
    ${seller.current && html`<div key="page" hidden=${!user}><${page} user=${seller.current} /></div>`}
  `;
}
