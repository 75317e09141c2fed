// The waiting line before a sale: a buyer's place in it, until it leads to the seats by itself.

import { useEffect, useState } from "preact/hooks";
import { useEvent } from "../event.js";
import { html } from "../html.js";
import { useLine } from "../live.js";
import { mount, useTitle } from "../mount.js";
import { EventHeader } from "../parts/event_header.js";
import { LineFairness } from "../parts/line_fairness.js";
import { LineStanding } from "../parts/line_standing.js";
import { LineSteps } from "../parts/line_steps.js";
import { NothingHere } from "../parts/nothing_here.js";
import { Served, served } from "../parts/served.js";
import { usePlace, useTurn } from "../place.js";
import { useSession } from "../session.js";
import { useStanding } from "../standing.js";
import { problemText, useWords } from "../words/index.js";

const eventId = Number(location.pathname.split("/")[2]);

function LinePage() {
  const words = useWords();
  const { t, number } = words;
  const user = useSession();
  const [isGone, setGone] = useState(false);
  const [event, problem] = useEvent(eventId, isGone);
  const hasLine = Boolean(event?.admission);
  const { line, connection } = useLine(eventId, hasLine);
  useEffect(() => setGone(connection === "gone"), [connection]);
  const isBuyer = user?.role === "buyer";
  const own = usePlace(eventId, hasLine && isBuyer);
  const place = user === undefined || isBuyer ? own.place : null;
  const standing = useStanding(eventId, place, line, event?.admission);
  useTurn(standing?.view === "turn", own);
  const isAdmitted = standing?.view === "turn" && place?.state === "admitted";
  useEffect(() => {
    if (isAdmitted) location.replace(`/event/${eventId}`);
  }, [isAdmitted]);
  useTitle(event && standing ? `${shortly(standing, t, number)} · ${event.name}` : (event ?? served)?.name);

  if (problem?.status === 404) {
    return html`<${NothingHere} title=${t("event.notFound")} hint=${t("event.notFoundHint")} />`;
  }
  if (problem) return html`<p class="banner">${problemText(words, problem)}</p>`;
  if (event && !hasLine) {
    return html`
      <${NothingHere} title=${t("line.none")}>
        <a class="button button--main" href="/event/${eventId}">${t("line.chooseSeats")}</a>
      <//>
    `;
  }
  if (own.problem && place === undefined) {
    return html`<p class="banner">${problemText(words, own.problem)}</p>`;
  }
  if (!event || !line || !standing) return html`<${Served}>${t("connection.connecting")}<//>`;
  return html`
    <article class="line">
      <${EventHeader} event=${{ ...event, sale_opens_at: line.opens_at }} connection=${connection}>
        <a class="back" href="/event/${eventId}">${t("line.seeSeats")}</a>
      <//>
      <${LineStanding} event=${event} line=${line} standing=${standing} own=${own} />
      ${standing.view !== "over" && html`<${LineSteps} event=${event} line=${line} view=${standing.view} />`}
      <${LineFairness} eventId=${eventId} line=${line} place=${place} number=${standing.number} />
    </article>
  `;
}

/** The title's part that tells a person in another tab how far it is. */
function shortly({ view, ahead }, t, number) {
  return view === "waiting" ? t("line.aheadShort", { n: number(ahead) }) : t(`line.view.${view}`);
}

mount(LinePage);
