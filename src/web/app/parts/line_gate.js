// What an event with a waiting line shows above its seats: the way to the line, or the pass.

import { useEffect } from "preact/hooks";
import { announce } from "../announce.js";
import { html } from "../html.js";
import { serverClock } from "../server_clock.js";
import { useWords } from "../words/index.js";
import { Countdown } from "./hold.js";

/** Nothing while it is not known who is there. @param {{event: any, pass: ReturnType<typeof import("../place.js").usePass>}} props */
export function LineGate({ event, pass }) {
  if (!pass.known) return null;
  if (pass.until) return html`<${Pass} until=${pass.until} onEnd=${pass.lose} />`;
  return html`<${WayToTheLine} event=${event} state=${pass.state} />`;
}

function Pass({ until, onEnd }) {
  const words = useWords();
  const { t } = words;
  useEffect(() => {
    announce(t("line.turnFor", { time: words.duration((Date.parse(until) - serverClock.now()) / 1000) }));
  }, []);
  return html`
    <section class="gate" data-open="yes" aria-labelledby="gate-title">
      <h2 id="gate-title">${t("line.turn")}</h2>
      <${Countdown} until=${until} onEnd=${onEnd} soon="line.turnSoon" />
    </section>
  `;
}

function WayToTheLine({ event, state }) {
  const { t, moment } = useWords();
  const opens = Date.parse(event.sale_opens_at);
  const toCome = serverClock.now() < opens;
  return html`
    <section class="gate" aria-labelledby="gate-title">
      <h2 id="gate-title">${t(state === "passed" ? "line.passed" : "line.title")}</h2>
      <p class="gate__text">
        ${state === "passed"
          ? t("line.passedHint")
          : state === "gathering" || state === "waiting"
            ? t("line.goesOn")
            : toCome
              ? t("line.toCome", { at: moment(opens, event.timezone) })
              : t("line.needed")}
      </p>
      <a class="button button--main" href="/event/${event.id}/line">${t("line.go")}</a>
    </section>
  `;
}
