// A buyer's own pages, for everyone who is not one: what to do instead.

import { html } from "../html.js";
import { useSession } from "../session.js";
import { useWords } from "../words/index.js";
import { NothingHere } from "./nothing_here.js";
import { SignInNeeded } from "./sign_in_needed.js";

/** @param {{page: any}} props `page` is drawn with the buyer as its `user` */
export function BuyersOnly({ page }) {
  const { t } = useWords();
  const user = useSession();
  if (user === undefined) return html`<p class="loading">${t("connection.connecting")}</p>`;
  if (user === null) return html`<${SignInNeeded} />`;
  if (user.role !== "buyer") return html`<${NothingHere} title=${t("mine.onlyBuyers")} />`;
  return html`<${page} user=${user} />`;
}
