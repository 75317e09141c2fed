// The last codes at this door and what they came to.

import { html } from "../html.js";
import { signalOf } from "../model/door.js";
import { timeOf } from "../model/moments.js";
import { useWords } from "../words/index.js";
import { answerText, seatText } from "./door_answer.js";

const MARKS = { yes: "✓", no: "✕", unknown: "?" };

/** @param {{scans: import("../model/door.js").Scan[], event: any}} props */
export function LastScans({ scans, event }) {
  const words = useWords();
  const { t, language } = words;
  if (scans.length === 0) return null;
  return html`
    <section aria-labelledby="scans-title">
      <h2 id="scans-title" class="door__subtitle">${t("door.last")}</h2>
      <ol class="scans">
        ${scans.map((scan) => {
          const signal = signalOf(scan.answer);
          return html`
            <li key=${scan.id} class="scan" data-signal=${signal}>
              <span class="scan__mark" aria-hidden="true">${MARKS[signal]}</span>
              <span class="scan__words">
                <strong>${answerText(words, scan, event).title}</strong>
                <bdi>${scan.seat ? seatText(words, event, scan.seat) : scan.code}</bdi>
                ${scan.name && html`<bdi>${scan.name}</bdi>`}
              </span>
              <time>${timeOf(language, scan.at, event.timezone)}</time>
            </li>
          `;
        })}
      </ol>
    </section>
  `;
}
