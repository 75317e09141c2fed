// The front page: what is to come, the soonest first. The search is in the address, so it can be shared,
// and Back undoes it.

import { useEffect, useRef, useState } from "preact/hooks";
import { announce } from "../announce.js";
import * as api from "../api.js";
import { html } from "../html.js";
import { addressOf, byMonth, listPath, merged, searchIn } from "../model/programme.js";
import { mount, useTitle } from "../mount.js";
import { EventCard } from "../parts/event_card.js";
import { FindEvents } from "../parts/find_events.js";
import { serverClock } from "../server_clock.js";
import { problemText, useWords } from "../words/index.js";

const NEW_EVENTS_EVERY_MS = 15_000;
const TYPING_MS = 250;
// Changes that follow this closely are one step back.
const ONE_STEP_MS = 2_000;
const IN_VIEW_AT_FIRST = 6;

function HomePage() {
  const words = useWords();
  const { t } = words;
  const [search, change] = useSearch();
  const { events, more, problem, busy, showMore } = useProgramme(search, t);
  useTitle(t("home.title"));
  const first = new Set(events?.slice(0, IN_VIEW_AT_FIRST));
  return html`
    <div class="home">
      <header class="board home__head">
        <h1 class="home__title">${t("home.title")}</h1>
        <${FindEvents} search=${search} onSearch=${change} />
      </header>
      ${problem && html`<p class="banner">${problemText(words, problem)}</p>`}
      ${events?.length === 0 && html`<${Nothing} search=${search} onSearch=${change} />`}
      <div class="programme" aria-busy=${busy}>
        ${byMonth(events ?? [], words.language).map(
          ({ title, events: group }) => html`
            <section key=${title} class="programme__month">
              <h2>${title || t("home.undated")}</h2>
              <ul class="programme__list">
                ${group.map(
                  (event) => html`
                    <li key=${event.id}><${EventCard} event=${event} soon=${first.has(event)} /></li>
                  `,
                )}
              </ul>
            </section>
          `,
        )}
      </div>
      ${more &&
      html`<button class="button button--second home__more" type="button" onClick=${showMore}>${t("home.more")}</button>`}
    </div>
  `;
}

function Nothing({ search, onSearch }) {
  const { t } = useWords();
  const all = search.q === "" && search.when === "";
  return html`
    <div class="nothing">
      <p class="nothing__title">${t(all ? "home.empty" : "home.noneFound")}</p>
      <p>${t(all ? "home.emptyHint" : "home.noneFoundHint")}</p>
      ${!all &&
      html`
        <button class="button button--main" type="button" onClick=${() => onSearch({ q: "", when: "" })}>
          ${t("home.all")}
        </button>
      `}
    </div>
  `;
}

/** The search, kept in the address. @returns {[import("../model/programme.js").Search, (change: object) => void]} */
function useSearch() {
  const [search, setSearch] = useState(() => searchIn(location.search));
  const changedAt = useRef(-Infinity);
  useEffect(() => {
    const follow = () => setSearch(searchIn(location.search));
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }, []);

  function change(part) {
    const next = { ...search, ...part };
    const step = performance.now() - changedAt.current > ONE_STEP_MS ? "pushState" : "replaceState";
    changedAt.current = performance.now();
    history[step](null, "", addressOf(next));
    setSearch(next);
  }
  return [search, change];
}

/** The events that are searched for, page by page; new ones come in by themselves. */
function useProgramme(search, t) {
  const [list, setList] = useState({ events: /** @type {any[] | null} */ (null), more: null });
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const [busy, setBusy] = useState(false);
  const current = useRef("");
  const key = addressOf(search);

  async function load(path, take) {
    const asked = key;
    try {
      const page = await api.eventsOnSale(path ?? listPath(search, serverClock.now()));
      if (asked !== current.current) return;
      setProblem(null);
      setList((now) => take(now, page));
    } catch (failure) {
      if (asked === current.current) setProblem(failure);
    }
  }

  useEffect(() => {
    const changed = current.current !== "";
    current.current = key;
    setBusy(changed);
    const begin = async () => {
      await load(null, (_, { events, next }) => {
        if (changed) announce(t(next ? "home.foundMore" : "home.found", { n: events.length }));
        return { events, more: next };
      });
      if (key === current.current) setBusy(false);
    };
    const timer = setTimeout(begin, changed ? TYPING_MS : 0);
    const again = setInterval(() => {
      if (document.hidden) return;
      load(null, (now, page) =>
        now.events ? { ...now, events: merged(now.events, page.events) } : { events: page.events, more: page.next },
      );
    }, NEW_EVENTS_EVERY_MS);
    return () => {
      clearTimeout(timer);
      clearInterval(again);
    };
  }, [key]);

  const showMore = () =>
    load(list.more, (now, { events, next }) => ({ events: merged(now.events ?? [], events), more: next }));
  return { ...list, problem, busy, showMore };
}

mount(HomePage);
