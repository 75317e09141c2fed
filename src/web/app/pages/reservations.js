// The buyer's own reservations, as tickets: those that count now first, then what came before.

import { useEffect, useState } from "preact/hooks";
import { useAction } from "../action.js";
import * as api from "../api.js";
import { announce } from "../announce.js";
import { html } from "../html.js";
import { mount, useTitle } from "../mount.js";
import { useMyReservations } from "../my_reservations.js";
import { Countdown, SeatList } from "../parts/hold.js";
import { NothingHere } from "../parts/nothing_here.js";
import { SignInNeeded } from "../parts/sign_in_needed.js";
import { subsectionHash } from "../parts/open_subsection.js";
import { useSession } from "../session.js";
import { problemText, useWords } from "../words/index.js";
import { sayingOf } from "../words/problems.js";
import { moveSaying } from "../words/saying.js";

const CURRENT = ["reserved", "confirmed"];

function ReservationsPage() {
  const words = useWords();
  const { t, tell } = words;
  const user = useSession();
  const mine = useMyReservations(user);
  const [notice, setNotice] = useState(/** @type {any} */ (null));
  const { busy, run } = useAction();
  const names = useEventNames(mine?.list);
  useTitle(t("reservations.title"));

  function say(tone, saying) {
    setNotice({ tone, saying });
    announce(tell(saying));
  }

  useEffect(
    () =>
      mine?.onMoves((moves) => {
        for (const move of moves.filter(({ here }) => !here)) {
          const { tone, saying } = moveSaying(move, false);
          say(tone, saying);
        }
      }),
    [mine, words],
  );

  const act = (change, id, key) =>
    run(async () => {
      setNotice(null);
      const { done, reservation, problem } = await mine[change](id);
      if (done) say("good", { key });
      else if (!reservation || reservation.status === "reserved") say("bad", sayingOf(problem));
    });

  if (user === null) return html`<${SignInNeeded} />`;
  if (user?.role === "seller") return html`<${NothingHere} title=${t("reservations.onlyBuyers")} />`;
  if (!mine?.isRead) {
    const waiting = mine?.problem ? problemText(words, mine.problem) : t("connection.connecting");
    return html`<p class="loading">${waiting}</p>`;
  }
  const { list } = mine;
  if (list.length === 0) {
    return html`
      <${NothingHere} title=${t("reservations.empty")}>
        <a class="button button--main" href="/">${t("reservations.browse")}</a>
      <//>
    `;
  }
  const card = (reservation) => html`
    <li key=${reservation.id}>
      <${Reservation}
        reservation=${reservation}
        event=${names.get(reservation.event_id)}
        busy=${busy}
        onConfirm=${() => act("confirm", reservation.id, "hold.confirmed")}
        onLetGo=${() => act("letGo", reservation.id, "hold.released")}
        onExpire=${() => mine.settle(reservation.id)}
      />
    </li>
  `;
  const current = list.filter(({ status }) => CURRENT.includes(status));
  const past = list.filter(({ status }) => !CURRENT.includes(status));
  return html`
    <h1>${t("reservations.title")}</h1>
    ${notice && html`<p class="notice" data-tone=${notice.tone}>${tell(notice.saying)}</p>`}
    ${mine.asking && html`<p class="notice" data-tone="bad" role="status">${t("hold.asking")}</p>`}
    ${current.length > 0 &&
    html`
      <h2>${t("reservations.current")}</h2>
      <ul class="reservations">${current.map(card)}</ul>
    `}
    ${past.length > 0 &&
    html`
      <h2>${t("reservations.past")}</h2>
      <ul class="reservations reservations--past">${past.map(card)}</ul>
    `}
  `;
}

/** Each event's name and venue, asked for once; one that is hidden by now keeps its number. */
function useEventNames(list) {
  const [names, setNames] = useState(/** @type {Map<number, any>} */ (new Map()));
  const ids = [...new Set(list?.map(({ event_id }) => event_id))];
  useEffect(() => {
    for (const id of ids) {
      api.event(id).then(
        (event) => setNames((now) => new Map(now).set(id, event)),
        () => {},
      );
    }
  }, [ids.join()]);
  return names;
}

function Reservation({ reservation, event, busy, onConfirm, onLetGo, onExpire }) {
  const { t, money } = useWords();
  const { status, seats, total_price: total, expires_at: until } = reservation;
  const held = status === "reserved";
  return html`
    <article class="ticket" data-status=${status}>
      <div class="ticket__body">
        <div class="ticket__text">
          <p class="status" data-status=${status}>${t(`reservations.status.${status}`)}</p>
          <h3 class="ticket__name">
            <bdi>${event?.name ?? t("reservations.event", { id: String(reservation.event_id) })}</bdi>
          </h3>
          <p class="ticket__venue"><bdi>${event?.venue_name}</bdi></p>
          <${SeatList} seats=${seats} />
        </div>
        <div class="ticket__stub">
          <p class="total">
            <span>${t("reservations.seats", { n: seats.length })}</span> <strong>${money(total)}</strong>
          </p>
          ${held &&
          html`
            <${Countdown} until=${until} onEnd=${onExpire} />
            <div class="hold__actions">
              <button class="button button--main" type="button" disabled=${busy} onClick=${onConfirm}>${t("hold.confirm")}</button>
              <button class="button button--quiet" type="button" disabled=${busy} onClick=${onLetGo}>${t("hold.letGo")}</button>
            </div>
          `}
          ${CURRENT.includes(status) &&
          html`<a href="/event/${reservation.event_id}${subsectionHash(seats[0])}">${t("reservations.open")}</a>`}
        </div>
      </div>
    </article>
  `;
}

mount(ReservationsPage);
