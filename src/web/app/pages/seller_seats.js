// House seats: taken off sale on the map, one by one or a whole area, and put back.

import { html } from "../html.js";
import { useHouseSeats } from "../house_seats.js";
import { useSeats, useVenue } from "../live.js";
import { countsOf, subsectionKey, subsectionNamed } from "../model/venue.js";
import { areaText } from "../parts/area_text.js";
import { ConnectionBadge } from "../parts/connection.js";
import { DeskHead, mountDesk } from "../parts/desk.js";
import { HousePicker } from "../parts/house_picker.js";
import { useOpenSubsection } from "../parts/open_subsection.js";
import { SeatRows } from "../parts/seat_rows.js";
import { problemText, useWords } from "../words/index.js";

const FINAL = ["completed", "ended"];
const MOST_LISTED = 24;

/** @param {{event: any}} props */
function HousePage({ event }) {
  const words = useWords();
  const { t } = words;
  const live = useVenue(event.id);
  const [named, openSubsection] = useOpenSubsection();
  const open = live.state && subsectionNamed(live.state, named);
  const seats = useSeats(event.id, open);
  const house = useHouseSeats(event.id);
  const over = FINAL.includes(event.status) || live.connection === "over";
  if (!live.state || !house.seats) {
    return html`
      <${DeskHead} event=${event} current="seats" />
      ${house.problem
        ? html`<p class="banner" role="alert">${problemText(words, house.problem)}</p>`
        : html`<p class="loading">${t("connection.connecting")}</p>`}
    `;
  }
  const { subsections } = live.state;
  const counts = open && subsections.find((one) => subsectionKey(one) === subsectionKey(open));
  return html`
    <${DeskHead} event=${event} current="seats" available=${countsOf(subsections).available}>
      <${ConnectionBadge} connection=${live.connection} />
    <//>
    <p class="hint">${t(over ? "house.over" : "house.explain")}</p>
    <div class="seatdesk">
      <section class="panel" aria-labelledby=${open ? "subsection-title" : "venue-title"}>
        <${HousePicker} ...${{ event, venue: live.state, open, openSubsection, seats, house, over }} />
      </section>
      <aside class="seatdesk__side">
        ${house.problem &&
        html`<p class="notice" data-tone="bad" role="alert">${problemText(words, house.problem)}</p>`}
        ${!over && html`<${Picked} house=${house} open=${counts} />`}
        <${Taken} event=${event} house=${house} over=${over} />
      </aside>
    </div>
  `;
}

function Picked({ house, open }) {
  const { t } = useWords();
  const { toTake, toFree, busy } = house;
  return html`
    <div class="seatdesk__do" data-picked=${house.picked.size > 0 ? "" : undefined}>
      ${house.picked.size === 0 && html`<p class="hint">${t("house.pick")}</p>`}
      ${toTake.length > 0 &&
      html`
        <button class="button button--main" type="button" disabled=${busy} onClick=${house.take}>
          ${t("house.take", { n: toTake.length })}
        </button>
      `}
      ${toFree.length > 0 &&
      html`
        <button class="button button--second" type="button" disabled=${busy} onClick=${house.free}>
          ${t("house.free", { n: toFree.length })}
        </button>
      `}
      ${house.picked.size > 0 &&
      html`<button class="button button--quiet" type="button" onClick=${house.clear}>${t("house.clear")}</button>`}
      ${open &&
      open.available > 0 &&
      house.picked.size === 0 &&
      html`
        <button class="button button--second" type="button" disabled=${busy} onClick=${() => house.takeArea(open)}>
          ${t("house.takeArea", { n: open.available })}
        </button>
      `}
    </div>
  `;
}

/** What is off sale, area by area. */
function Taken({ event, house, over }) {
  const words = useWords();
  const { t } = words;
  const areas = new Map();
  for (const seat of house.seats) {
    const key = subsectionKey(seat);
    areas.set(key, [...(areas.get(key) ?? []), seat]);
  }
  return html`
    <section class="panel" aria-labelledby="taken-title">
      <h2 id="taken-title">${t("house.title", { n: house.seats.length })}</h2>
      ${areas.size === 0 && html`<p class="hint">${t("house.none")}</p>`}
      <ul class="seatdesk__areas">
        ${[...areas].map(
          ([key, seats]) => html`
            <li key=${key}>
              ${seats.length <= MOST_LISTED
                ? html`<${SeatRows} event=${event} seats=${seats} />`
                : html`
                    <details>
                      <summary>
                        <bdi>${areaText(words, event, seats[0])}</bdi>: ${t("house.title", { n: seats.length })}
                      </summary>
                      <${SeatRows} event=${event} seats=${seats} />
                    </details>
                  `}
              ${!over &&
              html`
                <button
                  class="button button--quiet button--outlined"
                  type="button"
                  disabled=${house.busy}
                  onClick=${() => house.freeArea(seats[0], seats.length)}
                >
                  ${t("house.free", { n: seats.length })}
                </button>
              `}
            </li>
          `,
        )}
      </ul>
    </section>
  `;
}

mountDesk("seats", HousePage);
