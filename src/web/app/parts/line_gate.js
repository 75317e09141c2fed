// What an event with a waiting line shows above its seats: the way to the line, or the pass.

import { useEffect, useRef } from "preact/hooks";
import { announce } from "../announce.js";
import { html } from "../html.js";
import { serverClock } from "../server_clock.js";
import { useWords } from "../words/index.js";
import { Countdown } from "./countdown.js";
import { Lazy } from "./lazy.js";

const TITLES = { passed: "line.passed", over: "line.view.over" };

/**
 * Nothing while it is not known who is there.
 * @param {{event: any, pass: ReturnType<typeof import("../pass.js").usePass>, done: boolean}} props
 *   `done`: the buyer has bought seats and holds or picks no others
 */
export function LineGate({ event, pass, done }) {
  const { t } = useWords();
  const title = t(TITLES[pass.state ?? ""] ?? "line.title");
  const heading = useEndOf(pass.until, title);
  if (!pass.known) return null;
  // Where only so many may choose at once, the next comes in sooner.
  const canGiveBack = done && event.admission.max_active !== undefined;
  if (pass.until) return html`<${Pass} pass=${pass} canGiveBack=${canGiveBack} />`;
  return html`
    <section class="gate" aria-labelledby="gate-title">
      <h2 id="gate-title" tabindex="-1" ref=${heading}>${title}</h2>
      <p class="gate__text"><${Why} event=${event} pass=${pass} /></p>
      <a class="button button--main" href="/event/${event.id}/line">${t("line.go")}</a>
    </section>
  `;
}

/** Say that a turn has ended, and keep the focus when the button that had it is gone. */
function useEndOf(until, title) {
  const heading = useRef(/** @type {any} */ (null));
  const before = useRef(until);
  useEffect(() => {
    if (before.current && !until) {
      announce(title);
      if (document.activeElement === document.body) heading.current.focus();
    }
    before.current = until;
  }, [until]);
  return heading;
}

function Pass({ pass, canGiveBack }) {
  const words = useWords();
  const { t } = words;
  const { until, own } = pass;
  useEffect(() => {
    announce(t("line.turnFor", { time: words.duration((Date.parse(until) - serverClock.now()) / 1000) }));
  }, []);
  return html`
    <section class="gate" data-open="yes" aria-labelledby="gate-title">
      <h2 id="gate-title">${t("line.turn")}</h2>
      ${canGiveBack &&
      html`
        <button class="button button--second" type="button" disabled=${own.busy} onClick=${own.leave}>
          ${t("line.giveBack")}
        </button>
      `}
      <${Countdown} until=${until} onEnd=${pass.lose} soon="line.turnSoon" />
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
