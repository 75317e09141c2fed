// Tickets on the whole screen, one at a time, to be held up at the door: swiped like the pages of a
// booklet, or moved with keys and buttons. Everything is drawn from the start, hidden, so that
// nothing has to come over the network once it is needed.

import { useEffect, useRef, useState } from "preact/hooks";
import { announce } from "../announce.js";
import { html } from "../html.js";
import { useWakeLock } from "../wake_lock.js";
import { useWords } from "../words/index.js";
import { Ticket, nameOf } from "./ticket.js";

const STEPS = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };

/**
 * @param {{tickets: any[], order: any, event: any, holder: string, at: number | null, onMove: (at: number) => void, onClose: () => void}} props
 *   `at`: which ticket is shown, from 0; null while the viewer is closed
 */
export function TicketViewer({ tickets, order, event, holder, at, onMove, onClose }) {
  const { t } = useWords();
  const dialog = useRef(/** @type {any} */ (null));
  const track = useRef(/** @type {any} */ (null));
  const [saved, setSaved] = useState(/** @type {Set<string>} */ (new Set()));
  const isOpen = at !== null;
  const shown = Math.min(at ?? 0, tickets.length - 1);
  useWakeLock(isOpen);

  useEffect(() => {
    if (isOpen === dialog.current.open) return;
    if (isOpen) dialog.current.showModal();
    else dialog.current.close();
  }, [isOpen]);
  useEffect(() => {
    if (isOpen) turnTo(shown, "instant");
  }, [isOpen]);

  function turnTo(next, behavior = "smooth") {
    const slides = track.current;
    slides.scrollTo({ left: slides.children[next]?.offsetLeft - slides.offsetLeft, behavior });
  }

  /** The swipe decides which ticket is shown; keys and buttons only start one. */
  function onScroll() {
    const slides = track.current;
    const next = Math.round(slides.scrollLeft / slides.clientWidth);
    if (!isOpen || next === shown || !tickets[next]) return;
    onMove(next);
    announce(`${t("ticket.place", { at: next + 1, of: tickets.length })}: ${nameOf(tickets[next], event, t)}`);
  }

  function onKeyDown(press) {
    const next = { Home: 0, End: tickets.length - 1 }[press.key] ?? shown + STEPS[press.key];
    if (!tickets[next]) return;
    press.preventDefault();
    turnTo(next);
  }

  const turn = (step, label) => html`
    <button
      class="switch"
      type="button"
      aria-label=${t(label)}
      disabled=${!tickets[shown + step]}
      onClick=${() => turnTo(shown + step)}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true"><path d=${step < 0 ? "M15 5l-7 7 7 7" : "M9 5l7 7-7 7"} /></svg>
    </button>
  `;
  return html`
    <dialog class="viewer" ref=${dialog} aria-label=${t("ticket.viewer")} onClose=${() => isOpen && onClose()} onKeyDown=${onKeyDown}>
      <div class="viewer__bar">
        <button class="button button--quiet" type="button" onClick=${onClose}>${t("ticket.close")}</button>
        <p class="viewer__place">${t("ticket.place", { at: shown + 1, of: tickets.length })}</p>
        ${turn(-1, "ticket.previous")} ${turn(1, "ticket.next")}
      </div>
      <div class="viewer__track" ref=${track} onScroll=${onScroll}>
        ${tickets.map(
          (ticket, place) => html`
            <div key=${ticket.seat_identifier} class="viewer__slide" tabindex="0" inert=${place !== shown}>
              <${Ticket}
                ...${{ ticket, order, event, holder }}
                onSaved=${() => setSaved((now) => new Set(now).add(ticket.seat_identifier))}
              />
            </div>
          `,
        )}
      </div>
      <p class="viewer__saved">
        ${saved.size >= tickets.length ? t("ticket.saved") : t("ticket.saving")}
      </p>
    </dialog>
  `;
}
