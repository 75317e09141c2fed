// Tabs of one browser tell each other what has happened; nothing here goes to the service.
//
// A page in the back/forward cache hears nothing: what depends on this also asks the service when its
// page is shown again.

const NAME = "ticketing";

/** @type {Map<string, Set<(news: any) => void>>} */
const listeners = new Map();
/** @type {BroadcastChannel | null} */
let channel = null;

function open() {
  channel ??= new BroadcastChannel(NAME);
  channel.onmessage = ({ data: { kind, news } }) => {
    for (const listener of listeners.get(kind) ?? []) listener(news);
  };
}

/** An open channel keeps a page out of the back/forward cache. */
function close() {
  channel?.close();
  channel = null;
}

/** Tell the other tabs; never heard in this one. @param {string} kind @param {unknown} [news] */
export function tellTabs(kind, news = null) {
  channel?.postMessage({ kind, news });
}

/** @param {string} kind @param {(news: any) => void} listener @returns {() => void} stops listening */
export function hearTabs(kind, listener) {
  if (!listeners.has(kind)) listeners.set(kind, new Set());
  listeners.get(kind)?.add(listener);
  return () => listeners.get(kind)?.delete(listener);
}

/** Call `ask` whenever this page may have missed something. @returns {() => void} stops that */
export function whenShownAgain(ask) {
  const onVisibility = () => document.hidden || ask();
  const onPageShow = (event) => event.persisted && ask();
  document.addEventListener("visibilitychange", onVisibility);
  addEventListener("pageshow", onPageShow);
  addEventListener("online", ask);
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    removeEventListener("pageshow", onPageShow);
    removeEventListener("online", ask);
  };
}

open();
addEventListener("pageshow", open);
addEventListener("pagehide", close);
