// The seller's pages, for everyone who is not one: what to do instead.

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
  useTitle(t(title));
  if (user === undefined) return html`<p class="loading">${t("connection.connecting")}</p>`;
  if (user === null) return html`<${SignInNeeded} />`;
  if (user.role !== "seller") return html`<${NothingHere} title=${t("seller.onlySellers")} />`;
  return html`<${page} user=${user} />`;
}
