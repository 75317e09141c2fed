// What a door sounds and feels like: one signal for yes, another for no, a third for not known. A browser
// lets a page sound only after it was touched.

const TONES = {
  yes: [
    { hertz: 660, from: 0, to: 0.09 },
    { hertz: 990, from: 0.09, to: 0.24 },
  ],
  no: [
    { hertz: 165, from: 0, to: 0.2 },
    { hertz: 165, from: 0.28, to: 0.55 },
  ],
  unknown: [{ hertz: 400, from: 0, to: 0.4 }],
};
const BUZZES = { yes: [90], no: [220, 90, 220], unknown: [80, 80, 80, 80, 80] };

/** @type {AudioContext | null} */
let context = null;

/** To be called from a touch or a key. */
export function allowSound() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
}

/** @param {keyof typeof TONES} signal @param {boolean} sound */
export function giveSignal(signal, sound) {
  navigator.vibrate?.(BUZZES[signal]);
  if (!sound || context?.state !== "running") return;
  for (const { hertz, from, to } of TONES[signal]) play(context, hertz, from, to, signal);
}

function play(audio, hertz, from, to, signal) {
  const start = audio.currentTime;
  const tone = new OscillatorNode(audio, { type: signal === "no" ? "square" : "triangle", frequency: hertz });
  const volume = new GainNode(audio, { gain: 0 });
  const loud = signal === "no" ? 0.35 : 0.6;
  volume.gain.setValueAtTime(loud, start + from);
  volume.gain.setTargetAtTime(0, start + to - 0.03, 0.01);
  tone.connect(volume).connect(audio.destination);
  tone.start(start + from);
  tone.stop(start + to + 0.05);
}
