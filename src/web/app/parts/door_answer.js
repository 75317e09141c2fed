// The answer to a code, so that it fills the screen and nobody can take it for another: colour, sign and
// words. A touch, Escape or the next code takes it away; a yes goes by itself.

import { useLayoutEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { signalOf } from "../model/door.js";
import { timeOf } from "../model/moments.js";
import { problemText, useWords } from "../words/index.js";
import { areaText } from "./area_text.js";

const YES_STAYS_MS = 2_500;
const HALF_A_DAY_MS = 43_200_000;

const SIGNS = {
  yes: "M10 34 26 50 54 14",
  no: "M14 14 50 50M50 14 14 50",
  unknown: "M20 22c0-9 6-13 12-13s12 4 12 11c0 9-12 9-12 20M32 51v2",
};

/** @param {{scan: import("../model/door.js").Scan, event: any, onDone: () => void}} props */
export function DoorAnswer({ scan, event, onDone }) {
  const { t } = useWords();
  const latest = useRef(onDone);
  latest.current = onDone;
  // At once, so that no key is missed once the answer is to be seen.
  useLayoutEffect(() => {
    const timer = scan.answer === "yes" ? setTimeout(() => latest.current(), YES_STAYS_MS) : 0;
    const onKey = ({ key }) => {
      if (key === "Escape") latest.current();
    };
    addEventListener("keydown", onKey);
    return () => {
      clearTimeout(timer);
      removeEventListener("keydown", onKey);
    };
  }, [scan.id]);
  const signal = signalOf(scan.answer);
  // The field keeps the focus, so that a scanner's next code is not lost.
  const keepFocus = (happened) => happened.preventDefault();
  return html`
    <div class="answer" data-signal=${signal} onPointerDown=${keepFocus} onMouseDown=${keepFocus} onClick=${onDone}>
      <div class="answer__words" role="alert" key=${scan.id}>
        <svg class="answer__sign" viewBox="0 0 64 64" aria-hidden="true"><path d=${SIGNS[signal]} /></svg>
        <${AnswerWords} scan=${scan} event=${event} />
      </div>
      <button class="answer__next" type="button">${t("door.next")}</button>
    </div>
  `;
}

function AnswerWords({ scan, event }) {
  const words = useWords();
  const { title, hint } = answerText(words, scan, event);
  const { seat, name } = scan;
  return html`
    <p class="answer__title">${title}</p>
    ${seat && html`<p class="answer__seat"><bdi>${seatText(words, event, seat)}</bdi></p>`}
    ${name && html`<p class="answer__name"><bdi>${name}</bdi></p>`}
    ${hint && html`<p class="answer__hint">${hint}</p>`}
  `;
}

export const seatText = (words, event, { row, seat, ...area }) =>
  words.t("door.seat", { area: areaText(words, event, area), row: String(row), seat: String(seat) });

/** When it was used: the time, and the day when that was not today. */
function usedText({ language, moment }, { usedAt, at }, { timezone }) {
  return at - usedAt < HALF_A_DAY_MS ? timeOf(language, usedAt, timezone) : moment(usedAt, timezone);
}

/**
 * What a code came to, in a few words, and a sentence where it needs one.
 * @param {import("../words/index.js").Words} words
 * @param {import("../model/door.js").Scan} scan
 * @param {any} event in whose time zone a time is told
 * @returns {{title: string, hint?: string}}
 */
export function answerText(words, scan, event) {
  const { t } = words;
  const at = scan.usedAt ? usedText(words, scan, event) : "";
  switch (scan.answer) {
    case "yes":
      return { title: t("door.yes") };
    case "used":
      return { title: t("door.used", { at }), hint: t("door.usedHint") };
    case "no":
      return { title: t("door.no"), hint: t("door.noHint") };
    case "own":
      return { title: t("door.own", { at }), hint: t("door.ownHint") };
    default:
      return { title: t("door.unknown"), hint: `${problemText(words, scan.problem)} ${t("door.unknownHint")}` };
  }
}
