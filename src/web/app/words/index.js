// The page's language: its texts, and numbers, money and times written its way.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { en } from "./en.js";
import { enProblems } from "./en_problems.js";
import { sayingOf } from "./problems.js";
import { zhTw } from "./zh_tw.js";
import { zhTwProblems } from "./zh_tw_problems.js";

const ENGLISH = { ...en, ...enProblems };
const TEXTS = { en: ENGLISH, "zh-Hant-TW": { ...zhTw, ...zhTwProblems } };

/** Add texts that only some pages need, which bring them along. @param {Record<keyof TEXTS, object>} more */
export function addTexts(more) {
  for (const [language, texts] of Object.entries(more)) Object.assign(TEXTS[language], texts);
}

/**
 * @typedef {ReturnType<typeof wordsFor>} Words
 * @param {string} language a key of TEXTS
 */
export function wordsFor(language) {
  const texts = TEXTS[language] ?? ENGLISH;
  const numbers = new Intl.NumberFormat(language);
  const lists = new Intl.ListFormat(language, { type: "conjunction" });
  const plurals = new Intl.PluralRules(language);
  const price = new Intl.NumberFormat(language, {
    style: "currency",
    currency: "TWD",
    maximumFractionDigits: 0,
  });
  const lengths = ["second", "minute", "hour"].map(
    (unit) => new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }),
  );
  const clock = new Intl.DateTimeFormat(language, { timeStyle: "short" });
  const clockWithSeconds = new Intl.DateTimeFormat(language, { timeStyle: "medium" });

  /** @param {string} key @param {Record<string, unknown>} [values] */
  function t(key, values = {}) {
    const entry = texts[key] ?? ENGLISH[key] ?? key;
    const text =
      typeof entry === "string"
        ? entry
        : (entry[plurals.select(Number(values.n))] ?? entry.other);
    return text.replace(/\{(\w+)\}/g, (_, name) => {
      const value = values[name];
      return typeof value === "number" ? numbers.format(value) : String(value);
    });
  }

  /** @param {import("./saying.js").Saying} saying @returns {string} */
  const tell = ({ key, values = {} }) =>
    t(key, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, drawn(value)])));

  /** @param {import("./saying.js").Value} value @returns {string | number} */
  function drawn(value) {
    if (typeof value !== "object") return value;
    if (Array.isArray(value)) return lists.format(value.map((one) => String(drawn(one))));
    if ("key" in value) return tell(value);
    if ("money" in value) return price.format(value.money);
    if ("seconds" in value) return words.duration(value.seconds);
    return words.moment(value.at, value.timeZone);
  }

  const words = {
    language,
    t,
    tell,
    number: (/** @type {number} */ value) => numbers.format(value),
    /** Names one after the other: "a, b and c". */
    list: (/** @type {string[]} */ names) => lists.format(names),
    money: (/** @type {number} */ value) => price.format(value),
    /** Minutes and seconds, as on a clock. */
    countdown(/** @type {number} */ ms) {
      const seconds = Math.max(0, Math.ceil(ms / 1000));
      return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    },
    /** A length of time as people say it: in whole seconds, minutes, or hours from three on. */
    duration(/** @type {number} */ seconds) {
      const [inSeconds, inMinutes, inHours] = lengths;
      if (seconds < 60) return inSeconds.format(Math.ceil(seconds));
      if (seconds < 3 * 3600) return inMinutes.format(Math.ceil(seconds / 60));
      return inHours.format(Math.ceil(seconds / 3600));
    },
    time: (/** @type {number} */ ms) => clock.format(ms),
    exactTime: (/** @type {number} */ ms) => clockWithSeconds.format(ms),
    /** A day and a time, in an event's own time zone where it has one. */
    moment(/** @type {number} */ ms, /** @type {string | undefined} */ timeZone) {
      const form = { dateStyle: "medium", timeStyle: "short" };
      try {
        return new Intl.DateTimeFormat(language, { ...form, timeZone }).format(ms);
      } catch {
        // A time zone that this browser does not know.
        return new Intl.DateTimeFormat(language, form).format(ms);
      }
    },
  };
  return words;
}

export const WordsContext = createContext(wordsFor("en"));

/** @returns {Words} */
export const useWords = () => useContext(WordsContext);

/** What a person is told about a problem. @param {Words} words @param {import("../http.js").Problem} problem */
export const problemText = (words, problem) => words.tell(sayingOf(problem));
