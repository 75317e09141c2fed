// What an event with a waiting line shows above its seats: the way to the line, or the pass.

import { useEffect } from "preact/hooks";
import { announce } from "../announce.js";
import { html } from "../html.js";
import { serverClock } from "../server_clock.js";
import { useWords } from "../words/index.js";
import { Countdown } from "./hold.js";
import { Lazy } from "./lazy.js";

const TITLES = { passed: "line.passed", over: "line.view.over" };

/** Nothing while it is not known who is there. @param {{event: any, pass: ReturnType<typeof import("../pass.js").usePass>}} props */
export function LineGate({ event, pass }) {
  const { t } = useWords();
  if (!pass.known) return null;
  if (pass.until) return html`<${Pass} until=${pass.until} onEnd=${pass.lose} />`;
  return html`
    <section class="gate" aria-labelledby="gate-title">
      <h2 id="gate-title">${t(TITLES[pass.state ?? ""] ?? "line.title")}</h2>
      <p class="gate__text"><${Why} event=${event} pass=${pass} /></p>
      <a class="button button--main" href="/event/${event.id}/line">${t("line.go")}</a>
    </section>
  `;
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

/** Why the seats can be looked at and not picked. */
function Why({ event, pass }) {
  const { t, moment } = useWords();
  if (pass.state === "passed") return t("line.passedHint");
  if (pass.state === "over") return t("line.overHint");
  if (pass.state === "gathering" || pass.state === "waiting") {
    return html`
      <${Lazy} load=${loadFollowing} event=${event} own=${pass.own}>${t("line.goesOn")}<//>
    `;
  }
  const opens = Date.parse(event.sale_opens_at);
  if (serverClock.now() < opens) return t("line.toCome", { at: moment(opens, event.timezone) });
  return t("line.needed");
}

const loadFollowing = async () => (await import("./line_following.js")).LineFollowing;
