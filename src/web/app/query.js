// What a page is asked to show, as part of its address: Back, a reload and a shared link keep it.

import { useEffect, useState } from "preact/hooks";

/**
 * @template {Record<string, string>} Wanted
 * @param {Wanted} usual what is shown when the address says nothing
 * @returns {[Wanted, (change: Partial<Wanted>) => void]}
 */
export function useQuery(usual) {
  const [wanted, setWanted] = useState(() => {
    const given = new URLSearchParams(location.search);
    const entries = Object.entries(usual).map(([name, value]) => [name, given.get(name) ?? value]);
    return /** @type {Wanted} */ (Object.fromEntries(entries));
  });
  useEffect(() => {
    const told = Object.entries(wanted).filter(([name, value]) => value !== usual[name]);
    const query = new URLSearchParams(told).toString();
    history.replaceState(null, "", location.pathname + (query && `?${query}`) + location.hash);
  }, [wanted]);
  return [wanted, (change) => setWanted((now) => ({ ...now, ...change }))];
}
