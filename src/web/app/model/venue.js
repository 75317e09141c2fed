// What is left of an event: one entry for each subsection, in the order the service gives.

/**
 * @typedef {{section: string, subsection: number, price: number, total: number,
 *            available: number, reserved: number, sold: number}} Subsection
 * @typedef {{subsections: Subsection[]}} Venue
 * @typedef {{total: number, available: number, reserved: number, sold: number}} Counts
 */

export const subsectionKey = ({ section, subsection }) => `${section}/${subsection}`;

/**
 * Take in one message; with no venue yet, or a message that holds every subsection, it is the whole.
 * @param {Venue | null} venue
 * @param {{sections: Subsection[], total_sections?: number}} message
 * @returns {Venue}
 */
export function applyVenue(venue, message) {
  if (!venue) return { subsections: message.sections };
  const changed = new Map(message.sections.map((one) => [subsectionKey(one), one]));
  return { subsections: venue.subsections.map((one) => changed.get(subsectionKey(one)) ?? one) };
}

/** @param {any} event an EventResponse whose subsections carry counts @returns {Venue} */
export function venueOf(event) {
  return {
    subsections: event.seating_config.sections.flatMap(({ name, price, subsections }) =>
      subsections.map(({ number, ...counts }) => ({
        section: name,
        subsection: number,
        price,
        ...counts,
      })),
    ),
  };
}

/**
 * Whether a section is a single area, whose number then says nothing to anybody.
 * @param {any} event an EventResponse whose subsections carry counts, where it is known
 * @param {string} section
 */
export function isUndivided(event, section) {
  const found = event?.seating_config.sections.find(({ name }) => name === section);
  return found?.subsections.length === 1;
}

/**
 * What an area is called for short: "A-2", or by its section alone where it is all of it.
 * @param {{section: string, subsection: number}} area
 * @param {boolean} undivided
 */
export const areaName = ({ section, subsection }, undivided) =>
  undivided ? section : `${section}-${subsection}`;

/**
 * The subsection that an address names; without a name the only one that there is.
 * @param {Venue} venue @param {{section: string, subsection: number} | null} name
 * @returns {{section: string, subsection: number} | null} null when there is no such one
 */
export function subsectionNamed({ subsections }, name) {
  if (!name) return subsections.length === 1 ? subsections[0] : null;
  return subsections.find((one) => subsectionKey(one) === subsectionKey(name)) ?? null;
}

/** @param {Subsection[]} subsections @returns {Counts} */
export function countsOf(subsections) {
  const sum = { total: 0, available: 0, reserved: 0, sold: 0 };
  for (const one of subsections) {
    for (const name of /** @type {(keyof Counts)[]} */ (Object.keys(sum))) sum[name] += one[name];
  }
  return sum;
}

/**
 * @param {Subsection[]} subsections
 * @returns {{name: string, price: number, subsections: Subsection[]}[]} in order
 */
export function sectionsOf(subsections) {
  const sections = new Map();
  for (const subsection of subsections) {
    const { section: name, price } = subsection;
    if (!sections.has(name)) sections.set(name, { name, price, subsections: [] });
    sections.get(name).subsections.push(subsection);
  }
  return [...sections.values()];
}

/** @param {{price: number}[]} priced @returns {[number, number]} the lowest and highest price */
export function priceRange(priced) {
  const prices = priced.map(({ price }) => price);
  return [Math.min(...prices), Math.max(...prices)];
}

/** @param {Subsection[]} subsections the money taken for what is sold */
export function revenueOf(subsections) {
  return subsections.reduce((sum, { sold, price }) => sum + sold * price, 0);
}

/**
 * How much is left, in the four words the pages use. They are told apart by mark and label as
 * well as by colour.
 * @param {Counts} counts @returns {"plenty" | "some" | "few" | "none"}
 */
export function levelOf({ available, total }) {
  if (available === 0) return "none";
  const share = available / total;
  if (share <= 0.1) return "few";
  return share <= 0.5 ? "some" : "plenty";
}
