// A buyer's place in a waiting line: what it is now, in words and as a bar, and what can be done.

import { useEffect, useRef, useState } from "preact/hooks";
import { announce, calmVoice } from "../announce.js";
import { html } from "../html.js";
import { useServerNow } from "../live.js";
import { signInAddress, useSession } from "../session.js";
import { problemText, useWords } from "../words/index.js";

const SAY_AT_MOST_EVERY_MS = 60_000;
const COUNT_DOWN_BELOW_MS = 3_600_000;

/**
 * @param {{event: any, line: import("../model/line.js").Line,
 *          standing: import("../standing.js").Standing,
 *          own: ReturnType<typeof import("../place.js").usePlace>}} props
 */
export function LineStanding({ event, line, standing, own }) {
  const words = useWords();
  const { t } = words;
  const { view } = standing;
  const title = t(`line.view.${view}`);
  const place = placeOf(standing, words);
  const heading = useChangesOf(view, view === "waiting" ? `${title}. ${place}` : title);
  return html`
    <section class="panel standing" data-view=${view} aria-labelledby="standing-title">
      <h2 id="standing-title" tabindex="-1" ref=${heading}>${title}</h2>
      ${view === "outside" && html`<${Outside} line=${line} event=${event} />`}
      ${view === "gathering" && html`<${Gathering} line=${line} event=${event} entry=${own.place?.entry ?? 0} />`}
      ${view === "waiting" && html`<${Waiting} line=${line} standing=${standing} />`}
      ${view === "turn" &&
      html`<p>${t("line.turnHint")}</p>
        <a class="button button--main" href="/event/${event.id}">${t("line.chooseSeats")}</a>`}
      ${view === "passed" && html`<p>${t("line.passedHint")}</p>`}
      ${view === "over" && html`<p>${t("line.overHint")}</p>`}
      ${own.problem && html`<p class="field__error" role="alert">${problemText(words, own.problem)}</p>`}
      <${Actions} view=${view} own=${own} />
    </section>
  `;
}

const placeOf = ({ ahead }, { t }) => (ahead === 0 ? t("line.isNext") : t("line.ahead", { n: ahead }));

/** Say each change of what is shown, and keep the focus when the button that had it is gone. */
function useChangesOf(view, text) {
  const heading = useRef(/** @type {any} */ (null));
  const before = useRef(view);
  useEffect(() => {
    if (before.current === view) return;
    before.current = view;
    announce(text);
    if (document.activeElement === document.body) heading.current.focus();
  }, [view]);
  return heading;
}

function Outside({ line, event }) {
  const { t } = useWords();
  return html`
    ${line.phase === "gathering"
      ? html`<p>${t("line.gatherHint")}</p>
          <${Opening} line=${line} event=${event} />`
      : html`<p>${t("line.joinHint", { n: line.per_minute })}</p>`}
    <p class="hint">${t("line.joined", { n: line.joined })}</p>
  `;
}

function Gathering({ line, event, entry }) {
  const { t } = useWords();
  return html`
    <p>${t("line.gatherHint")}</p>
    <${Opening} line=${line} event=${event} />
    <p class="hint">${t("line.joined", { n: Math.max(line.joined, entry) })}</p>
  `;
}

/** When the line opens: the day and the time, and near to it a countdown. */
function Opening({ line, event }) {
  const { t, moment, countdown } = useWords();
  const opens = Date.parse(line.opens_at ?? "");
  const left = opens - useServerNow();
  if (Number.isNaN(opens)) return null;
  const at = moment(opens, event.timezone);
  return html`
    <p class="standing__figure" role="timer" aria-live="off">
      <strong>
        ${left <= 0
          ? t("line.opening")
          : left < COUNT_DOWN_BELOW_MS
            ? t("line.opensIn", { time: countdown(left) })
            : t("line.opensAt", { at })}
      </strong>
      ${left < COUNT_DOWN_BELOW_MS && html`<span>${at}</span>`}
    </p>
  `;
}

function Waiting({ line, standing }) {
  const words = useWords();
  const { t, number, duration } = words;
  const { progress, waitSeconds } = standing;
  const place = placeOf(standing, words);
  const wait = waitSeconds < 60 ? t("line.waitShort") : t("line.wait", { time: duration(waitSeconds) });
  const percent = Math.floor(100 * progress);
  useSpoken(`${place} ${wait}`);
  return html`
    <p class="standing__figure"><strong>${place}</strong> <span>${wait}</span></p>
    <div
      class="progress"
      role="progressbar"
      aria-label=${t("line.progress")}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${percent}
      aria-valuetext=${`${place} ${wait}`}
    >
      <span class="progress__done" style=${{ width: `${100 * progress}%` }}></span>
    </div>
    <dl class="standing__numbers">
      <div><dt>${t("line.number")}</dt><dd>${number(standing.number ?? 0)}</dd></div>
      <div><dt>${t("line.serving")}</dt><dd>${number(line.serving)}</dd></div>
    </dl>
    <p class="hint">${t("line.keepOpen")}</p>
  `;
}

/** Now and then: it changes every second. */
function useSpoken(text) {
  const [voice] = useState(() => calmVoice(SAY_AT_MOST_EVERY_MS));
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) voice.say(text);
    first.current = false;
  }, [text]);
  useEffect(() => () => voice.stop(), []);
}

function Actions({ view, own }) {
  const { t } = useWords();
  const user = useSession();
  if (view === "over" || view === "turn") return null;
  if (user === null) {
    return html`<a class="button button--main" href=${signInAddress()}>${t("line.signIn")}</a>`;
  }
  if (user?.role === "seller") return html`<p class="hint">${t("line.sellersCannot")}</p>`;
  // With a key each is a button of its own: the focus does not go from one to the other.
  const button = (kind, key, onClick) => html`
    <button key=${key} class="button ${kind}" type="button" disabled=${own.busy} onClick=${onClick}>
      ${t(key)}
    </button>
  `;
  if (view === "outside") return button("button--main", "line.join", own.join);
  if (view === "passed") return button("button--main", "line.joinAgain", own.joinAgain);
  return button("button--quiet button--outlined", "line.leave", own.leave);
}
