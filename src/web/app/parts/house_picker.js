// The map on which a seller picks house seats.

import { useMemo } from "preact/hooks";
import { html } from "../html.js";
import { seatingOfEvent } from "../model/house.js";
import { subsectionKey } from "../model/venue.js";
import { usePlans } from "../seats_in_view.js";
import { useWords } from "../words/index.js";
import { areaText } from "./area_text.js";
import { HouseMap } from "./house_map.js";
import { SeatLegend } from "./seat_legend.js";

const STATES = ["available", "picked", "mine", "reserved", "sold"];

/**
 * @param {{
 *   event: any,
 *   venue: import("../model/venue.js").Venue,
 *   open: {section: string, subsection: number} | null,
 *   openSubsection: (subsection: any, how?: "go" | "is") => void,
 *   seats: {state: any},
 *   house: ReturnType<typeof import("../house_seats.js").useHouseSeats>,
 *   over: boolean,
 * }} props `open`: the area that is gone near to, with its live `seats`; `over`: nothing can be picked any more
 */
export function HousePicker({ event, venue, open, openSubsection, seats, house, over }) {
  const words = useWords();
  const { t } = words;
  const seating = useMemo(() => seatingOfEvent(event), [event.id]);
  const [plans, onView] = usePlans(event.id, venue, open, seats.state);
  return html`
    <div class="event__maphead">
      ${open
        ? html`<h2 id="subsection-title" tabindex="-1"><bdi>${areaText(words, event, open)}</bdi></h2>`
        : html`<h2 id="venue-title" tabindex="-1">${t("event.venue")}</h2>`}
      ${open && venue.subsections.length > 1 && html`<a class="back" href="#">${t("event.allSubsections")}</a>`}
    </div>
    <${HouseMap}
      seating=${seating}
      subsections=${venue.subsections}
      describe=${describe}
      plans=${plans}
      marks=${house.marks}
      open=${open && subsectionKey(open)}
      onPick=${over ? undefined : house.pick}
      onOpen=${openSubsection}
      onView=${onView}
    />
    <div class="event__legends"><${SeatLegend} states=${STATES} /></div>
  `;
}

function describe({ sold, reserved, available, total }, { t }) {
  return {
    fill: available / total,
    figure: t("event.left", { n: available }),
    facts: t("sales.tile", { sold, reserved, left: available }),
  };
}
