// The page's language: its texts, and numbers, money and times written its way.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { en } from "./en.js";
import { zhTw } from "./zh_tw.js";

const TEXTS = { en, "zh-Hant-TW": zhTw };

/**
 * @typedef {ReturnType<typeof wordsFor>} Words
 * @param {string} language a key of TEXTS
 */
export function wordsFor(language) {
  const texts = TEXTS[language] ?? en;
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
    const entry = texts[key] ?? en[key] ?? key;
    const text =
      typeof entry === "string"
        ? entry
        : (entry[plurals.select(Number(values.n))] ?? entry.other);
    return text.replace(/\{(\w+)\}/g, (_, name) => {
      const value = values[name];
      return typeof value === "number" ? numbers.format(value) : String(value);
    });
  }

  return {
    language,
    t,
    has: (/** @type {string} */ key) => key in texts,
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
}

export const WordsContext = createContext(wordsFor("en"));

/** @returns {Words} */
export const useWords = () => useContext(WordsContext);

/** What a person is told about a problem: the service's own sentence where it is in their language. */
export function problemText(words, problem) {
  if (problem.opensAt) {
    return words.t("problem.notOnSaleYet", { at: words.moment(Date.parse(problem.opensAt)) });
  }
  if (words.language === "en" && problem.message && problem.status !== 0) return problem.message;
  if (problem.kind === "not-admitted") return words.t("problem.notAdmitted");
  if (problem.kind === "line-over") return words.t("problem.lineOver");
  if (problem.kind === "too-many-seats-held") {
    return words.t("problem.seatsHeld", { n: problem.held, limit: problem.limit });
  }
  const key = `problem.${problem.status}`;
  return words.t(words.has(key) ? key : "problem.other");
}
