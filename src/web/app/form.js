// A form's state: what was typed, what is wrong with it, and whether it is being sent. What is wrong
// is kept as it is, not as a text, so that it follows the page's language.

import { useRef, useState } from "preact/hooks";
import { announce } from "./announce.js";
import { byField } from "./model/field_errors.js";
import { problemText, useWords } from "./words/index.js";

/**
 * @template Form
 * @param {() => Form} initial
 * @param {(form: Form) => import("./model/event_form.js").Wrong} check
 */
export function useForm(initial, check) {
  const words = useWords();
  const [form, setForm] = useState(initial);
  const [wrong, setWrong] = useState(/** @type {Record<string, [string, any?] | string>} */ ({}));
  const [trouble, setTrouble] = useState(/** @type {any} */ (null));
  const [busy, setBusy] = useState(false);
  const element = useRef(/** @type {any} */ (null));

  /** Take in a change of the field at `path`, which is then no longer wrong. */
  function set(path, change) {
    setForm((now) => ({ ...now, ...change }));
    setWrong(({ [path]: _, ...others }) => others);
  }

  /** Show what is wrong, and put the focus on the first field that is. */
  function refuse(found, problem) {
    setWrong(found);
    const fields = Object.keys(found).length;
    const why = fields > 0 ? { fields } : problem;
    setTrouble(why);
    announce(troubleText(words, why));
    requestAnimationFrame(() => element.current?.querySelector("[aria-invalid]")?.focus());
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
    setBusy(true);
    setWrong({});
    setTrouble(null);
    try {
      await send();
    } catch (problem) {
      refuse(byField(problem.errors ?? []), problem);
    }
    setBusy(false);
  }

  const textOf = (entry) => (Array.isArray(entry) ? words.t(entry[0], entry[1]) : entry);
  return {
    form,
    setForm,
    set,
    submit,
    busy,
    element,
    /** @type {Record<string, string>} */
    errors: Object.fromEntries(Object.entries(wrong).map(([path, entry]) => [path, textOf(entry)])),
    trouble: trouble && troubleText(words, trouble),
  };
}

const troubleText = (words, trouble) =>
  trouble.fields ? words.t("form.check", { n: trouble.fields }) : problemText(words, trouble);

/** Dates of which only a part was typed: to the page they are empty, and nobody meant that. */
function unfinished(element) {
  const inputs = [...element.querySelectorAll("input")].filter(({ validity }) => validity.badInput);
  return Object.fromEntries(inputs.map(({ name }) => [name, ["form.dateUnfinished"]]));
}
