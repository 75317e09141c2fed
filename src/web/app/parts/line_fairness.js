// How a waiting line's order is drawn, and a way to check it in one's own browser.

import { useEffect, useState } from "preact/hooks";
import * as api from "../api.js";
import { announce } from "../announce.js";
import { html } from "../html.js";
import { numberOf } from "../model/line.js";
import { hashOf } from "../model/shuffle.js";
import { load, save } from "../storage.js";
import { problemText, useWords } from "../words/index.js";

/**
 * @param {{eventId: number, line: import("../model/line.js").Line,
 *          place: import("../place.js").Place | null | undefined, number: number | null}} props
 */
export function LineFairness({ eventId, line, place, number }) {
  const words = useWords();
  const { t } = words;
  const seen = useFirstSeen(eventId, line);
  return html`
    <details class="panel fairness">
      <summary><h2>${t("fair.title")}</h2></summary>
      <p>${t("fair.draw")}</p>
      <p>${t("fair.secret")}</p>
      <p>${t("fair.proof")}</p>
      <dl class="facts">
        <${Fact} name="fair.hash" value=${line.seed_hash} code />
        <${Fact} name="fair.seen" value=${seenText(seen, line, words)} />
        <${Fact} name="fair.seed" value=${line.seed ?? t("fair.seedLater")} code=${line.seed !== null} />
        <${Fact} name="fair.gathered" value=${words.number(line.seed === null ? line.joined : line.gathered)} />
        ${place && html`<${Fact} name="fair.entry" value=${words.number(place.entry)} />`}
        ${number !== null && html`<${Fact} name="fair.number" value=${words.number(number)} />`}
      </dl>
      <p>${t("fair.formula")}</p>
      <p><code>number = compute_shuffled_index(entry − 1, N, seed) + 1</code></p>
      ${line.seed !== null && html`<${Check} eventId=${eventId} line=${line} place=${place} seen=${seen} />`}
    </details>
  `;
}

function Fact({ name, value, code = false }) {
  const { t } = useWords();
  return html`
    <div>
      <dt>${t(name)}</dt>
      <dd>${code ? html`<code>${value}</code>` : value}</dd>
    </div>
  `;
}

function seenText(seen, line, { t, moment }) {
  const at = moment(seen.at);
  if (seen.hash !== line.seed_hash) return t("fair.seenOther", { at, hash: seen.hash });
  return t(seen.before ? "fair.seenBefore" : "fair.seenAfter", { at });
}

/** The hash that this browser saw first, kept, so that nobody has to take the page's word for it. */
function useFirstSeen(eventId, { seed_hash: hash, phase }) {
  const [seen] = useState(() => {
    const kept = load(`line-hash:${eventId}`);
    return kept ? JSON.parse(kept) : { hash, at: Date.now(), before: phase === "gathering" };
  });
  useEffect(() => save(`line-hash:${eventId}`, JSON.stringify(seen)), [seen]);
  return seen;
}

/** Compute it all again here, and compare it with what the service says. */
function Check({ eventId, line, place, seen }) {
  const words = useWords();
  const { t } = words;
  const [found, setFound] = useState(/** @type {{ok: boolean, text: string}[]} */ ([]));
  const [problem, setProblem] = useState(/** @type {any} */ (null));

  async function check() {
    setProblem(null);
    const hash = hashOf(line.seed);
    const results = [
      { ok: hash === line.seed_hash, text: t("fair.checkHash") },
      { ok: hash === seen.hash, text: t(seen.before ? "fair.checkSeen" : "fair.checkSeenLate") },
    ];
    try {
      const told = place && (await api.place(eventId));
      if (told) {
        const number = numberOf(told.entry, line);
        results.push({ ok: number === told.number, text: t("fair.checkNumber", { number, told: told.number }) });
      }
    } catch (failure) {
      setProblem(failure);
    }
    setFound(results);
    announce(t(results.every(({ ok }) => ok) ? "fair.right" : "fair.wrong"));
  }

  return html`
    <button class="button button--second" type="button" onClick=${check}>${t("fair.check")}</button>
    ${problem && html`<p class="field__error" role="alert">${problemText(words, problem)}</p>`}
    ${found.length > 0 &&
    html`
      <ul class="checks">
        ${found.map(
          ({ ok, text }) => html`
            <li data-ok=${ok ? "yes" : "no"}>
              <strong>${t(ok ? "fair.agrees" : "fair.differs")}</strong> ${text}
            </li>
          `,
        )}
      </ul>
    `}
  `;
}
