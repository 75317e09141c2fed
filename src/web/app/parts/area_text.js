// An area in words. One that is all of its section needs no number.

import { isUndivided } from "../model/venue.js";

/**
 * @param {import("../words/index.js").Words} words
 * @param {any} event an EventResponse whose subsections carry counts
 * @param {{section: string, subsection: number}} area
 */
export function areaText({ t }, event, { section, subsection }) {
  return isUndivided(event, section)
    ? t("event.section", { section })
    : t("event.subsection", { section, subsection });
}
