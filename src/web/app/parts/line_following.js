// For a buyer who looks at the seats while they wait: how far it is, and their turn when it comes.

import { html } from "../html.js";
import { useLine } from "../live.js";
import { useTurn } from "../place.js";
import { useStanding } from "../standing.js";
import { useWords } from "../words/index.js";

/** @param {{event: any, own: ReturnType<typeof import("../place.js").usePlace>}} props */
export function LineFollowing({ event, own }) {
  const { t } = useWords();
  const { line } = useLine(event.id, true);
  const standing = useStanding(event.id, own.place, line, event.admission);
  useTurn(standing?.view === "turn", own);
  if (standing?.view !== "waiting") return t("line.goesOn");
  const { ahead } = standing;
  return html`<strong>${ahead === 0 ? t("line.isNext") : t("line.ahead", { n: ahead })}</strong> ${t("line.goesOn")}`;
}
