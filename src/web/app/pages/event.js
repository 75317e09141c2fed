// One event: the map of its house, from all of it to the single seat, and the buyer's selection beside it.

import { useBuying } from "../buying.js";
import { useEvent } from "../event.js";
import { html } from "../html.js";
import { useSeats, useVenue } from "../live.js";
import { countsOf, priceRange, subsectionNamed, venueOf } from "../model/venue.js";
import { mount, useTitle } from "../mount.js";
import { worst } from "../parts/connection.js";
import { EventHeader } from "../parts/event_header.js";
import { EventMap } from "../parts/event_map.js";
import { LineGate } from "../parts/line_gate.js";
import { NothingHere } from "../parts/nothing_here.js";
import { OrderPanel } from "../parts/order_panel.js";
import { Served, served } from "../parts/served.js";
import { useOpenSubsection } from "../parts/open_subsection.js";
import { usePass } from "../pass.js";
import { useSession } from "../session.js";
import { useWords } from "../words/index.js";

const eventId = Number(location.pathname.split("/")[2]);

function EventPage() {
  const words = useWords();
  const { t } = words;
  const user = useSession();
  const [named, openSubsection] = useOpenSubsection();
  const live = useVenue(eventId);
  const isGone = live.connection === "gone";
  const over = live.connection === "over" || isGone;
  const [event, problem] = useEvent(eventId, over);
  const venue = live.state ?? (event && venueOf(event));
  // An area that the event turns out not to have is asked for no more.
  const subsection = venue ? subsectionNamed(venue, named) : named;
  const seats = useSeats(eventId, subsection);
  const pass = usePass(event, user);
  const isClosed = event?.status === "completed" || event?.status === "ended";
  const buying = useBuying({
    ...{ eventId, event, user, words, venue, openSubsection, isClosed },
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
          <${EventMap}
            event=${event}
            venue=${venue}
            subsection=${subsection}
            unknown=${named !== null && subsection === null}
            openSubsection=${openSubsection}
            seats=${seats}
            buying=${buying}
            open=${mayPick}
          />
        </div>
        ${(open || buying.holds.length > 0 || buying.bought.length > 0 || buying.notice) &&
        html`<${OrderPanel} event=${event} venue=${venue} subsection=${subsection} open=${open} buying=${buying} />`}
      </div>
    </article>
  `;
}

mount(EventPage);
