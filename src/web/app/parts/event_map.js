// The map's side of an event's page: what is open, the legends, and the map with the seats in view.

import { useEffect, useMemo, useState } from "preact/hooks";
import { calmVoice } from "../announce.js";
import { html } from "../html.js";
import { seatingOfEvent } from "../model/house.js";
import { huesOf } from "../model/price_hues.js";
import { levelOf, subsectionKey } from "../model/venue.js";
import { usePlans } from "../seats_in_view.js";
import { useWords } from "../words/index.js";
import { areaText } from "./area_text.js";
import { HouseMap } from "./house_map.js";
import { PriceLegend } from "./price_legend.js";
import { SeatLegend } from "./seat_legend.js";

/**
 * @param {{
 *   event: any,
 *   venue: import("../model/venue.js").Venue,
 *   subsection: {section: string, subsection: number} | null,
 *   unknown: boolean,
 *   openSubsection: (subsection: any, how?: "go" | "is") => void,
 *   seats: {state: any, connection: string},
 *   buying: ReturnType<typeof import("../buying.js").useBuying>,
 *   open: boolean,
 * }} props `subsection`: the one that is gone near to, with its live `seats`; `unknown`: the address
 *   names one that there is not; `open`: seats can be taken
 */
export function EventMap({ event, venue, subsection, unknown, openSubsection, seats, buying, open }) {
  const words = useWords();
  const { t, money } = words;
  const seating = useMemo(() => seatingOfEvent(event), [event.id]);
  const hues = useMemo(() => huesOf(seating.sections.map(({ price }) => price)), [seating]);
  const [plans, onView] = usePlans(event.id, venue, subsection, seats.state);
  const key = subsection && subsectionKey(subsection);
  const known = venue.subsections.find((candidate) => subsectionKey(candidate) === key);
  useSpokenChanges(event, subsection, known?.available);
  return html`
    <section aria-labelledby=${subsection ? "subsection-title" : "venue-title"}>
      ${unknown && html`<p class="banner" role="status">${t("event.noSubsection")}</p>`}
      <div class="event__maphead">
        ${subsection && known
          ? html`
              <div>
                <h2 id="subsection-title" tabindex="-1"><bdi>${areaText(words, event, subsection)}</bdi></h2>
                <p class="hint">${money(known.price)} · ${t("event.left", { n: known.available })}</p>
              </div>
              ${venue.subsections.length > 1 && html`<a class="back" href="#">${t("event.allSubsections")}</a>`}
            `
          : html`
              <div>
                <h2 id="venue-title" tabindex="-1">${t("event.venue")}</h2>
                <p class="hint">${t("event.chooseSubsection")}</p>
              </div>
            `}
      </div>
      <${HouseMap}
        seating=${seating}
        subsections=${venue.subsections}
        describe=${describe}
        plans=${plans}
        marks=${buying.marks}
        open=${key}
        look=${buying.found}
        onPick=${open ? buying.pick : undefined}
        onOpen=${openSubsection}
        onView=${onView}
      />
      <div class="event__legends">
        <${PriceLegend} hues=${hues} />
        <${SeatLegend} />
      </div>
    </section>
  `;
}

function describe(subsection, { t, money }) {
  return {
    figure: t("event.left", { n: subsection.available }),
    fill: subsection.available / subsection.total,
    facts: t("event.tile", {
      left: subsection.available,
      total: subsection.total,
      price: money(subsection.price),
      level: t(`level.${levelOf(subsection)}`),
    }),
  };
}

/** Tell a screen reader, now and then, how many seats of the open subsection are left. */
function useSpokenChanges(event, subsection, left) {
  const words = useWords();
  const [voice] = useState(calmVoice);
  const [first, setFirst] = useState({ key: "", left });
  const key = subsection ? subsectionKey(subsection) : "";
  useEffect(() => {
    if (left !== undefined && first.key === key && left !== first.left) {
      voice.say(words.t("event.updates", { area: areaText(words, event, subsection), left }));
    }
    setFirst({ key, left });
  }, [key, left]);
  useEffect(() => () => voice.stop(), []);
}
