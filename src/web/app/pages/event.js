// One event: the whole venue, or the seats of one subsection of it, and the buyer's selection beside it.

import { useEffect, useState } from "preact/hooks";
import { calmVoice } from "../announce.js";
import { useBuying } from "../buying.js";
import { useEvent } from "../event.js";
import { html } from "../html.js";
import { useSeats, useVenue } from "../live.js";
import { countsOf, levelOf, priceRange, subsectionKey, venueOf } from "../model/venue.js";
import { mount, useTitle } from "../mount.js";
import { worst } from "../parts/connection.js";
import { EventHeader } from "../parts/event_header.js";
import { LineGate } from "../parts/line_gate.js";
import { NothingHere } from "../parts/nothing_here.js";
import { OrderPanel } from "../parts/order_panel.js";
import { Served, served } from "../parts/served.js";
import { SeatLegend, SeatMap } from "../parts/seat_map.js";
import { LevelLegend, Tiles, VenueMap, subsectionHash } from "../parts/venue_map.js";
import { useOpenSubsection } from "../parts/open_subsection.js";
import { usePass } from "../pass.js";
import { useSession } from "../session.js";
import { useWords } from "../words/index.js";

const eventId = Number(location.pathname.split("/")[2]);

function EventPage() {
  const words = useWords();
  const { t } = words;
  const user = useSession();
  const [subsection, openSubsection] = useOpenSubsection();
  const live = useVenue(eventId);
  const isGone = live.connection === "gone";
  const over = live.connection === "over" || isGone;
  const [event, problem] = useEvent(eventId, over);
  const seats = useSeats(eventId, subsection);
  const venue = live.state ?? (event && venueOf(event));
  const pass = usePass(event, user);
  const isClosed = event?.status === "completed" || event?.status === "ended";
  const buying = useBuying({
    ...{ eventId, user, words, venue, openSubsection, isClosed },
    plan: seats.state,
    onNotAdmitted: pass.lose,
  });
  useTitle(pass.until ? `${t("line.view.turn")} · ${event.name}` : (event ?? served)?.name);

  if (problem?.status === 404 && !event) {
    return html`<${NothingHere} title=${t("event.notFound")} hint=${t("event.notFoundHint")} />`;
  }
  if (!event || !venue) return html`<${Served}>${t("event.loading")}<//>`;

  const counts = countsOf(venue.subsections);
  const mayPick = !isClosed && !isGone && pass.mayReserve;
  const open = mayPick && (counts.available > 0 || buying.picked.length > 0);
  const done = buying.bought.length > 0 && buying.holds.length === 0 && buying.picked.length === 0;
  const connections = subsection ? [live.connection, seats.connection] : [live.connection];
  return html`
    <article class="event">
      <${EventHeader}
        event=${event}
        counts=${counts}
        prices=${priceRange(venue.subsections)}
        connection=${worst(connections)}
      />
      ${isClosed && html`<p class="banner">${t(`event.${event.status}`)}</p>`}
      ${isGone && html`<p class="banner" role="status">${t("event.hidden")}</p>`}
      ${!isClosed && !isGone && counts.available === 0 && html`<p class="banner">${t("event.soldOut")}</p>`}
      ${!isClosed && !isGone && pass.needed && html`<${LineGate} event=${event} pass=${pass} done=${done} />`}
      <div class="event__body">
        <div class="event__map">
          ${subsection
            ? html`<${SubsectionView}
                subsection=${subsection}
                venue=${venue}
                seats=${seats}
                buying=${buying}
                open=${mayPick}
              />`
            : html`<${WholeVenue} venue=${venue} />`}
        </div>
        ${(open || buying.holds.length > 0 || buying.notice) &&
        html`<${OrderPanel} venue=${venue} subsection=${subsection} open=${open} buying=${buying} />`}
      </div>
    </article>
  `;
}

function describe(subsection, { t, money }) {
  return {
    figure: t("event.left", { n: subsection.available }),
    fill: subsection.available / subsection.total,
    label: t("event.tile", {
      section: subsection.section,
      subsection: subsection.subsection,
      left: subsection.available,
      total: subsection.total,
      price: money(subsection.price),
      level: t(`level.${levelOf(subsection)}`),
    }),
  };
}

function WholeVenue({ venue }) {
  const { t } = useWords();
  return html`
    <section aria-labelledby="venue-title">
      <div class="event__maphead">
        <div>
          <h2 id="venue-title" tabindex="-1">${t("event.venue")}</h2>
          <p class="hint">${t("event.chooseSubsection")}</p>
        </div>
        <${LevelLegend} />
      </div>
      <${VenueMap} subsections=${venue.subsections} describe=${describe} />
    </section>
  `;
}

function SubsectionView({ subsection, venue, seats, buying, open }) {
  const { t, money } = useWords();
  const plan = seats.state;
  const neighbours = venue.subsections.filter(({ section }) => section === subsection.section);
  const known = neighbours.find((candidate) => subsectionKey(candidate) === subsectionKey(subsection));
  useSpokenChanges(subsection, known?.available);
  return html`
    <section aria-labelledby="subsection-title">
      <div class="event__maphead">
        <div>
          <a class="back" href="#">${t("event.allSubsections")}</a>
          <h2 id="subsection-title" tabindex="-1"><bdi>${t("event.subsection", subsection)}</bdi></h2>
          <p class="hint">
            ${known && html`${money(known.price)} · ${t("event.left", { n: known.available })}`}
          </p>
        </div>
        <${SeatLegend} />
      </div>
      ${neighbours.length > 1 &&
      html`
        <nav class="neighbours" aria-label=${t("event.neighbours", subsection)}>
          <${Tiles} subsections=${neighbours} open=${subsectionKey(subsection)} describe=${describe} />
        </nav>
      `}
      ${!known && html`<p class="banner">${t("event.noSubsection")}</p>`}
      ${known && !plan && html`<p class="loading">${t("event.loading")}</p>`}
      ${plan && html`<${SeatMap} key=${subsectionHash(subsection)} plan=${plan} marks=${buying.marks} onPick=${open ? buying.pick : undefined} />`}
    </section>
  `;
}

/** Tell a screen reader, now and then, how many seats of the open subsection are left. */
function useSpokenChanges(subsection, left) {
  const { t } = useWords();
  const [voice] = useState(calmVoice);
  const [first, setFirst] = useState(left);
  useEffect(() => {
    if (left === undefined) return;
    if (first !== undefined && left !== first) voice.say(t("event.updates", { ...subsection, left }));
    setFirst(left);
  }, [left]);
  useEffect(() => () => voice.stop(), []);
}

mount(EventPage);
