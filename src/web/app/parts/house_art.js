// The picture on an event's card is the event's own house: arcs of lights, front sections first,
// lit as far as their seats are still there. It repeats what the bar says in words.

import { html } from "../html.js";
import { countsOf, sectionsOf } from "../model/venue.js";

const ARCS = 7;
const FIRST_RADIUS = 36;
const ARC_SPACING = 13.5;
const WIDTH = 320;
const HEIGHT = 132;
// Multiples of the golden ratio's fraction fall evenly between 0 and 1, in no visible order.
const GOLDEN = 0.618034;

/** @param {{subsections: import("../model/venue.js").Subsection[]}} props */
export function HouseArt({ subsections }) {
  const sections = sectionsOf(subsections).map((section) => countsOf(section.subsections));
  const arcs = sections.length === 0 ? [] : Array.from({ length: ARCS }, (_, index) => index);
  return html`
    <svg class="house" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="xMidYMin slice" aria-hidden="true">
      <path class="house__stage" d="M118 0H202L196 9Q160 15 124 9Z" />
      ${arcs.map((arc) =>
        lights(
          sections[Math.floor((arc * sections.length) / ARCS)],
          FIRST_RADIUS + arc * ARC_SPACING,
        ),
      )}
    </svg>
  `;
}

/** One arc; which of its lights are out is scattered, yet the same each time it is drawn. */
function lights({ available, total }, radius) {
  const many = Math.round(radius / 3.1);
  return Array.from({ length: many }, (_, index) => {
    const angle = Math.PI * (0.06 + (0.88 * (index + 0.5)) / many);
    const lit = ((index + radius) * GOLDEN) % 1 < available / total;
    return html`
      <circle
        class=${lit ? "house__lit" : "house__out"}
        cx=${(WIDTH / 2 - Math.cos(angle) * radius * 1.25).toFixed(1)}
        cy=${(6 + Math.sin(angle) * radius).toFixed(1)}
        r="3.4"
      />
    `;
  });
}
