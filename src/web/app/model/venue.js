// What is left of an event: one entry for each subsection, in the order the service gives.

/**
 * @typedef {{section: string, subsection: number, price: number, total: number,
 *            available: number, reserved: number, sold: number}} Area
 * @typedef {{areas: Area[]}} Venue
 * @typedef {{total: number, available: number, reserved: number, sold: number}} Counts
 */

export const areaKey = ({ section, subsection }) => `${section}/${subsection}`;

/**
 * Take in one message; with no venue yet, or a message that holds every area, it is the whole.
 * @param {Venue | null} venue
 * @param {{sections: Area[], total_sections?: number}} message
 * @returns {Venue}
 */
export function applyVenue(venue, message) {
  if (!venue) return { areas: message.sections };
  const changed = new Map(message.sections.map((area) => [areaKey(area), area]));
  return { areas: venue.areas.map((area) => changed.get(areaKey(area)) ?? area) };
}

/** @param {any} event an EventResponse whose subsections carry counts @returns {Venue} */
export function venueOf(event) {
  return {
    areas: event.seating_config.sections.flatMap(({ name, price, subsections }) =>
      subsections.map(({ number, ...counts }) => ({
        section: name,
        subsection: number,
        price,
        ...counts,
      })),
    ),
  };
}

/** @param {Area[]} areas @returns {Counts} */
export function countsOf(areas) {
  const sum = { total: 0, available: 0, reserved: 0, sold: 0 };
  for (const area of areas) {
    for (const name of /** @type {(keyof Counts)[]} */ (Object.keys(sum))) sum[name] += area[name];
  }
  return sum;
}

/** @param {Area[]} areas @returns {{name: string, price: number, areas: Area[]}[]} in order */
export function sectionsOf(areas) {
  const sections = new Map();
  for (const area of areas) {
    if (!sections.has(area.section)) {
      sections.set(area.section, { name: area.section, price: area.price, areas: [] });
    }
    sections.get(area.section).areas.push(area);
  }
  return [...sections.values()];
}

/** @param {{price: number}[]} priced @returns {[number, number]} the lowest and highest price */
export function priceRange(priced) {
  const prices = priced.map(({ price }) => price);
  return [Math.min(...prices), Math.max(...prices)];
}

/** @param {Area[]} areas the money taken for what is sold */
export function revenueOf(areas) {
  return areas.reduce((sum, { sold, price }) => sum + sold * price, 0);
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
