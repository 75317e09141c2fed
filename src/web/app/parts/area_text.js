// An area in words. One that is all of its section needs no number.

import { isUndivided } from "../model/venue.js";
import { areaSaying } from "../words/saying.js";

/**
 * @param {import("../words/index.js").Words} words
 * @param {any} event an EventResponse whose subsections carry counts
 * @param {{section: string, subsection: number}} area
 */
export function areaText({ tell }, event, area) {
  return tell(areaSaying(area, isUndivided(event, area.section)));
}
