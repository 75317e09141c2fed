// The page's voice for screen readers: one polite live region, and a way to speak through it.

import { html } from "./html.js";

const REGION_ID = "announcer";
const AT_MOST_EVERY_MS = 6_000;

export const Announcer = () =>
  html`<div id=${REGION_ID} class="visually-hidden" role="status" aria-live="polite"></div>`;

/** Say `text`. A new node each time: saying the same thing twice is then heard twice. */
export function announce(text) {
  const line = document.createElement("p");
  line.textContent = text;
  document.getElementById(REGION_ID)?.replaceChildren(line);
}

/** A voice for things that change often: says the newest text, at most every few seconds. */
export function calmVoice(every = AT_MOST_EVERY_MS) {
  let timer = 0;
  let newest = "";
  return {
    say(text) {
      newest = text;
      timer ||= setTimeout(() => {
        timer = 0;
        announce(newest);
      }, every);
    },
    stop() {
      clearTimeout(timer);
      timer = 0;
    },
  };
}
