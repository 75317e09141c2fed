// A form's state: what was typed, what is wrong with it, and whether it is being sent. What is wrong
// is kept as it is, not as a text, so that it follows the page's language.

import { useRef, useState } from "preact/hooks";
import { useAction } from "./action.js";
import { announce } from "./announce.js";
import { byField } from "./model/field_errors.js";
import { fieldSaying } from "./words/field_messages.js";
import { problemText, useWords } from "./words/index.js";

/**
 * @template Form
 * @param {() => Form} initial
 * @param {(form: Form) => import("./model/event_form.js").Wrong} check
 * @param {(problem: import("./http.js").Problem) => string | undefined} [fieldOf] the id of the field that a
 *   problem is about which names none
 */
export function useForm(initial, check, fieldOf = () => undefined) {
  const words = useWords();
  const [form, setForm] = useState(initial);
  const [wrong, setWrong] = useState(/** @type {Record<string, [string, any?] | string>} */ ({}));
  const [trouble, setTrouble] = useState(/** @type {any} */ (null));
  const { busy, run } = useAction();
  const element = useRef(/** @type {any} */ (null));

  /** Take in a change of the field at `path`, which is then no longer wrong. */
  function set(path, change) {
    setForm((now) => ({ ...now, ...change }));
    setWrong(({ [path]: _, ...others }) => others);
  }

  /** Show what is wrong, and put the focus on the first field that is, or else on what is said. */
  function refuse(found, problem) {
    setWrong(found);
    const fields = Object.keys(found).length;
    const why = fields > 0 ? { fields } : problem;
    setTrouble(why);
    announce(troubleText(words, why));
    requestAnimationFrame(() => {
      const field = problem && fieldOf(problem);
      const where = ["[aria-invalid]", ...(field ? [`#${field}`] : []), ".notice[tabindex]"];
      const first = where.map((selector) => element.current?.querySelector(selector)).find(Boolean);
      first?.focus();
    });
  }

  /**
   * Send the form, unless something is plainly wrong with it.
   * @param {Event} event of the form element
   * @param {() => Promise<void>} send
   */
  async function submit(event, send) {
    event.preventDefault();
    const found = { ...check(form), ...unfinished(element.current) };
    if (Object.keys(found).length > 0) {
      refuse(found, null);
      return;
    }
    await run(async () => {
      setWrong({});
      setTrouble(null);
      try {
        await send();
      } catch (problem) {
        refuse(byField(problem.errors ?? []), problem);
      }
    });
  }

  const left = trouble && stillWrong(trouble, wrong);
  const textOf = (entry) =>
    Array.isArray(entry) ? words.t(entry[0], entry[1]) : words.tell(fieldSaying(entry));
  return {
    form,
    setForm,
    set,
    submit,
    busy,
    element,
    /** @type {Record<string, string>} */
    errors: Object.fromEntries(Object.entries(wrong).map(([path, entry]) => [path, textOf(entry)])),
    trouble: left && troubleText(words, left),
  };
}

/** Of fields that were wrong those that have not been changed since. */
function stillWrong(trouble, wrong) {
  if (!trouble.fields) return trouble;
  const fields = Object.keys(wrong).length;
  return fields > 0 ? { fields } : null;
}

const troubleText = (words, trouble) =>
  trouble.fields ? words.t("form.check", { n: trouble.fields }) : problemText(words, trouble);

/** Dates of which only a part was typed: to the page they are empty, and nobody meant that. */
function unfinished(element) {
  const inputs = [...element.querySelectorAll("input")].filter(({ validity }) => validity.badInput);
  return Object.fromEntries(inputs.map(({ name }) => [name, ["form.dateUnfinished"]]));
}
