// Where an event's seats went: its map, filled as far as it is sold.

import { useMemo } from "preact/hooks";
import { html } from "../html.js";
import { seatingOfEvent } from "../model/house.js";
import { subsectionKey } from "../model/venue.js";
import { usePlans } from "../seats_in_view.js";
import { useWords } from "../words/index.js";
import { areaText } from "./area_text.js";
import { HouseMap } from "./house_map.js";
import { SeatLegend } from "./seat_legend.js";

/**
 * @param {{
 *   event: any,
 *   venue: import("../model/venue.js").Venue,
 *   subsection: {section: string, subsection: number} | null,
 *   openSubsection: (subsection: any, how?: "go" | "is") => void,
 *   seats: {state: any},
 * }} props
 */
export function SalesMap({ event, venue, subsection, openSubsection, seats }) {
  const words = useWords();
  const { t } = words;
  const seating = useMemo(() => seatingOfEvent(event), [event.id]);
  const [plans, onView] = usePlans(event.id, venue, subsection, seats.state);
  return html`
    <div class="event__maphead">
      <div>
        <h2 id="venue-title" tabindex="-1">${t("sales.map")}</h2>
        ${subsection
          ? html`<h3 id="subsection-title" tabindex="-1"><bdi>${areaText(words, event, subsection)}</bdi></h3>`
          : html`<p class="hint">${t("sales.mapHint")}</p>`}
      </div>
      ${subsection && venue.subsections.length > 1 && html`<a class="back" href="#">${t("event.allSubsections")}</a>`}
    </div>
    <${HouseMap}
      seating=${seating}
      subsections=${venue.subsections}
      describe=${describe}
      plans=${plans}
      open=${subsection && subsectionKey(subsection)}
      onOpen=${openSubsection}
      onView=${onView}
    />
    <div class="event__legends"><${SeatLegend} states=${["available", "reserved", "sold"]} /></div>
  `;
}

function describe({ sold, reserved, available, total }, { t }) {
  return {
    fill: sold / total,
    figure: t("sales.tileSold", { n: sold }),
    facts: t("sales.tile", { sold, reserved, left: available }),
  };
}
