// A list as it is searched, a page after the other, and kept right while it is looked at.

import { useEffect, useRef, useState } from "preact/hooks";
import { page } from "./seller_api.js";
import { whenShownAgain } from "./tabs.js";

const AGAIN_EVERY_MS = 10_000;
const TYPING_MS = 300;

/**
 * @param {string} path of the list's first page; another one is another list
 * @param {{read?: typeof page, every?: (items: any[], asked: boolean) => number}} [how] what reads a page; after
 *   how many milliseconds a first page with these items is read again, when it was `asked` for by `again` or not
 * @returns {{items: any[] | null, settled: boolean, problem: any, more: (() => Promise<void>) | null,
 *            replace: (item: any) => void, again: () => void}} `items` is null until the first answer, and those
 *   of the list before until it is `settled`; `more` where there is a next page; `again` reads the first at once
 */
export function usePages(path, { read: readPage = page, every = () => AGAIN_EVERY_MS } = {}) {
  const [found, setFound] = useState({ path, items: /** @type {any[] | null} */ (null), next: null });
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const first = useRef(true);
  const readNow = useRef((/** @type {boolean} */ _asked) => {});

  useEffect(() => {
    let latest = true;
    let timer = 0;
    async function read(asked = false) {
      clearTimeout(timer);
      let next = AGAIN_EVERY_MS;
      try {
        const answer = await readPage(path);
        if (!latest) return;
        setProblem(null);
        setFound((now) => (now.path === path ? { ...now, ...withNewest(now, answer) } : { path, ...answer }));
        next = every(answer.items, asked);
      } catch (failure) {
        if (latest) setProblem(failure);
      }
      clearTimeout(timer);
      // A page that is not looked at asks nothing until it is.
      if (latest) timer = setTimeout(() => document.hidden || read(), next);
    }
    timer = setTimeout(read, first.current ? 0 : TYPING_MS);
    first.current = false;
    readNow.current = read;
    const stopAsking = whenShownAgain(() => read());
    return () => {
      latest = false;
      stopAsking();
      clearTimeout(timer);
    };
  }, [path]);

  async function more() {
    try {
      const answer = await readPage(/** @type {any} */ (found.next));
      setFound((now) =>
        now.path === path ? { path, items: [...(now.items ?? []), ...answer.items], next: answer.next } : now,
      );
    } catch (failure) {
      setProblem(failure);
    }
  }

  const settled = found.path === path;
  return {
    items: found.items,
    settled,
    problem,
    more: settled && found.next ? more : null,
    replace: (item) =>
      setFound((now) => ({
        ...now,
        items: now.items?.map((one) => (one.id === item.id ? { ...one, ...item } : one)) ?? null,
      })),
    again: () => readNow.current(true),
  };
}

/** The first page again: what changed in it and what is new; what was shown after it stays. */
function withNewest(shown, answer) {
  const last = answer.items.at(-1)?.id;
  const from = (shown.items ?? []).findIndex(({ id }) => id === last) + 1;
  if (!answer.next || from === 0 || from >= shown.items.length) return answer;
  const known = new Set(answer.items.map(({ id }) => id));
  return { items: [...answer.items, ...shown.items.slice(from).filter(({ id }) => !known.has(id))], next: shown.next };
}
