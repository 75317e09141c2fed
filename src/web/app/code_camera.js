// A camera that reads QR codes, where the browser can: BarcodeDetector.

import { useEffect, useRef, useState } from "preact/hooks";

const LOOK_EVERY_MS = 150;

/** Whether this browser reads QR codes with a camera. @returns {Promise<boolean>} */
export async function canReadCodes() {
  const Detector = /** @type {any} */ (globalThis).BarcodeDetector;
  if (!Detector || !navigator.mediaDevices?.getUserMedia) return false;
  return (await Detector.getSupportedFormats()).includes("qr_code");
}

/**
 * @typedef {"off" | "starting" | "on" | "refused" | "none"} CameraState `refused`: by the person or the
 *   browser; `none`: there is no camera, or it is in use
 * @param {boolean} wanted
 * @param {(text: string) => void} onCode each time a code is in view
 * @returns {{video: {current: HTMLVideoElement | null}, state: CameraState, light: boolean | null,
 *            setLight: (on: boolean) => void}} `light` is null where the camera has none
 */
export function useCodeCamera(wanted, onCode) {
  const video = useRef(/** @type {any} */ (null));
  const latest = useRef(onCode);
  latest.current = onCode;
  const [state, setState] = useState(/** @type {CameraState} */ ("off"));
  const [track, setTrack] = useState(/** @type {any} */ (null));
  const [light, setLightState] = useState(/** @type {boolean | null} */ (null));

  useEffect(() => {
    if (!wanted) return undefined;
    /** @type {MediaStream | null} */
    let stream = null;
    let timer = 0;
    let stopped = false;
    const detector = new /** @type {any} */ (globalThis).BarcodeDetector({ formats: ["qr_code"] });

    async function start() {
      setState("starting");
      try {
        stream = await navigator.mediaDevices.getUserMedia({
          video: { facingMode: "environment", width: { ideal: 1280 } },
        });
      } catch (error) {
        setState(/** @type {any} */ (error).name === "NotAllowedError" ? "refused" : "none");
        return;
      }
      if (stopped) {
        end();
        return;
      }
      const [found] = stream.getVideoTracks();
      found.addEventListener("ended", () => setState("none"));
      video.current.srcObject = stream;
      await video.current.play();
      setTrack(found);
      setLightState(/** @type {any} */ (found.getCapabilities?.())?.torch ? false : null);
      setState("on");
      look();
    }

    async function look() {
      if (stopped) return;
      if (!document.hidden && video.current?.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
        for (const { rawValue } of await codesIn(detector, video.current)) latest.current(rawValue);
      }
      timer = setTimeout(look, LOOK_EVERY_MS);
    }

    function end() {
      stopped = true;
      clearTimeout(timer);
      for (const one of stream?.getTracks() ?? []) one.stop();
    }

    start();
    addEventListener("pagehide", end);
    return () => {
      removeEventListener("pagehide", end);
      end();
      setState("off");
      setTrack(null);
    };
  }, [wanted]);

  async function setLight(on) {
    await track.applyConstraints({ advanced: [{ torch: on }] });
    setLightState(on);
  }

  return { video, state, light, setLight };
}

/** A picture that cannot be read has no codes; the next one may. */
async function codesIn(detector, picture) {
  try {
    return await detector.detect(picture);
  } catch {
    return [];
  }
}
