// Which area of a house is open is part of the address, so that Back and a shared link work.

import { useEffect, useRef, useState } from "preact/hooks";

/** The fragment that names a subsection in an address, and back. */
export const subsectionHash = ({ section, subsection }) => `#${encodeURIComponent(section)}/${subsection}`;

/** @param {string} hash @returns {{section: string, subsection: number} | null} */
function subsectionOfHash(hash) {
  const [, section, subsection] = hash.match(/^#([^/]+)\/(\d+)$/) ?? [];
  try {
    return section ? { section: decodeURIComponent(section), subsection: Number(subsection) } : null;
  } catch {
    return null; // not something we wrote
  }
}

/**
 * @returns {[{section: string, subsection: number} | null,
 *            (subsection: any, how?: "go" | "is") => void]} what is open, and a way to open another or none:
 *   "go" is a step of the browser's history and moves the focus, "is" takes note of where the map has been moved
 */
export function useOpenSubsection() {
  const [subsection, setSubsection] = useState(() => subsectionOfHash(location.hash));
  const moved = useRef(false);
  useEffect(() => {
    const follow = () => {
      moved.current = true;
      setSubsection(subsectionOfHash(location.hash));
    };
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  useEffect(() => {
    if (moved.current) document.getElementById(subsection ? "subsection-title" : "venue-title")?.focus();
    moved.current = false;
  }, [subsection && subsectionHash(subsection)]);
  function open(next, how = "go") {
    const hash = next ? subsectionHash(next) : "";
    if (how === "go") {
      location.hash = hash;
      return;
    }
    history.replaceState(history.state, "", hash || location.pathname + location.search);
    setSubsection(next);
  }
  return [subsection, open];
}
