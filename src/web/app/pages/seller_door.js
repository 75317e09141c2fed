// The door: each ticket's code is read by the camera, a scanner or typed, and answered with a clear yes
// or no. Made for a phone in one hand and bad light.

import { useEffect, useRef, useState } from "preact/hooks";
import { useCheckingIn, useCounts } from "../checking_in.js";
import { canReadCodes, useCodeCamera } from "../code_camera.js";
import { allowSound } from "../door_sound.js";
import { html } from "../html.js";
import { SeenCodes } from "../model/door.js";
import { mountDesk } from "../parts/desk.js";
import { DoorAnswer } from "../parts/door_answer.js";
import { LastScans } from "../parts/last_scans.js";
import { load, save } from "../storage.js";
import { useWords } from "../words/index.js";

/** @param {{event: any}} props */
function DoorPage({ event }) {
  const { t } = useWords();
  const [sound, setSound] = useState(() => load("door-sound") !== "off");
  const seen = useRef(new SeenCodes());
  const door = useCheckingIn(event.id, sound, (code) => seen.current.forget(code));
  useAwakeScreen();
  useEffect(() => {
    addEventListener("pointerdown", allowSound);
    addEventListener("keydown", allowSound);
    return () => {
      removeEventListener("pointerdown", allowSound);
      removeEventListener("keydown", allowSound);
    };
  }, []);

  function onCode(text) {
    if (seen.current.isNew(text, performance.now())) door.check(text);
  }

  return html`
    <div class="door">
      <header class="door__head">
        <div>
          <a class="back" href="/seller/event/${event.id}">${t("desk.overview")}</a>
          <h1 class="door__title"><bdi>${event.name}</bdi></h1>
        </div>
        <${Counts} eventId=${event.id} />
      </header>
      <${Camera} onCode=${onCode} />
      <${CodeField} onCode=${door.check} asking=${door.asking} />
      <label class="door__sound">
        <input
          type="checkbox"
          role="switch"
          checked=${sound}
          onChange=${({ target }) => {
            setSound(target.checked);
            save("door-sound", target.checked ? null : "off");
          }}
        />
        ${t("door.sound")}
      </label>
      <${LastScans} scans=${door.scans} event=${event} />
      ${door.shown && html`<${DoorAnswer} scan=${door.shown} event=${event} onDone=${door.dismiss} />`}
    </div>
  `;
}

function Counts({ eventId }) {
  const { t, number } = useWords();
  const { counts, lost } = useCounts(eventId);
  return html`
    <p class="door__counts">
      <strong>${counts ? number(counts.checked_in) : "–"}</strong>
      <span>${counts ? t("door.inOf", { sold: counts.sold }) : t("door.in")}</span>
      ${lost && html`<span class="door__lost">${t("connection.reconnecting")}</span>`}
    </p>
  `;
}

/** A field that a hardware scanner can type into whenever it likes: it has the focus, or takes it. */
function CodeField({ onCode, asking }) {
  const { t } = useWords();
  const input = useRef(/** @type {any} */ (null));
  useEffect(() => {
    // On a phone the focus would open its keyboard over half the page.
    if (matchMedia("(pointer: fine)").matches) input.current.focus();
    const takeFocus = ({ key, target, ctrlKey, metaKey, altKey }) => {
      const elsewhere = target === document.body || target.id === "content";
      if (elsewhere && key.length === 1 && !ctrlKey && !metaKey && !altKey) input.current.focus();
    };
    addEventListener("keydown", takeFocus);
    return () => removeEventListener("keydown", takeFocus);
  }, []);

  function send(event) {
    event.preventDefault();
    const { value } = input.current;
    input.current.value = "";
    onCode(value);
  }

  return html`
    <form class="door__form" onSubmit=${send}>
      <label class="field__label" for="code">${t("door.code")}</label>
      <div class="door__row">
        <input
          ref=${input}
          id="code"
          class="input door__input"
          autocomplete="off"
          autocapitalize="characters"
          autocorrect="off"
          spellcheck=${false}
          enterkeyhint="go"
          maxlength="100"
          placeholder="XXXX-XXXX-XXXX-XXXX"
        />
        <button class="button button--main" type="submit">${t("door.check")}</button>
      </div>
      <p class="door__asking" role="status">${asking ? t("door.asking") : ""}</p>
    </form>
  `;
}

/** @param {{onCode: (text: string) => void}} props */
function Camera({ onCode }) {
  const { t } = useWords();
  const [can, setCan] = useState(/** @type {boolean | null} */ (null));
  const [wanted, setWanted] = useState(false);
  const { video, state, light, setLight } = useCodeCamera(wanted, onCode);
  useEffect(() => {
    canReadCodes().then(setCan, () => setCan(false));
  }, []);

  if (can === null) return null;
  if (!can) return html`<p class="hint">${t("door.noCamera")}</p>`;
  return html`
    <section class="camera" aria-label=${t("door.camera")}>
      ${wanted &&
      html`
        <div class="camera__view" data-state=${state}>
          <video ref=${video} class="camera__video" muted playsinline></video>
          <span class="camera__frame" aria-hidden="true"></span>
        </div>
      `}
      ${state === "on" && html`<p class="hint">${t("door.hold")}</p>`}
      ${(state === "refused" || state === "none") &&
      html`<p class="notice" data-tone="bad" role="alert">${t(`door.camera.${state}`)}</p>`}
      <div class="camera__buttons">
        <button
          class="button ${wanted ? "button--second" : "button--main"}"
          type="button"
          onClick=${() => setWanted(!wanted)}
        >
          ${t(wanted ? "door.cameraOff" : "door.cameraOn")}
        </button>
        ${light !== null &&
        html`
          <button class="button button--second" type="button" aria-pressed=${light} onClick=${() => setLight(!light)}>
            ${t("door.light")}
          </button>
        `}
      </div>
    </section>
  `;
}

/** Keep the screen on where the browser can; it lets go by itself when the page is hidden. */
function useAwakeScreen() {
  useEffect(() => {
    const ask = () => {
      if (!document.hidden) navigator.wakeLock?.request("screen").catch(() => {}); // a low battery may refuse it
    };
    ask();
    document.addEventListener("visibilitychange", ask);
    return () => document.removeEventListener("visibilitychange", ask);
  }, []);
}

mountDesk("door", DoorPage);
