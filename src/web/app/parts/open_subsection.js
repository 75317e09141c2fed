// Which subsection of a venue is open is part of the address, so that Back and a shared link work.

import { useEffect, useRef, useState } from "preact/hooks";
import { subsectionHash, subsectionOfHash } from "./venue_map.js";

/** @returns {[{section: string, subsection: number} | null, (subsection: any) => void]} */
export function useOpenSubsection() {
  const [subsection, setSubsection] = useState(() => subsectionOfHash(location.hash));
  useEffect(() => {
    const follow = () => setSubsection(subsectionOfHash(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  const shown = useRef(false);
  useEffect(() => {
    if (shown.current) document.getElementById(subsection ? "subsection-title" : "venue-title")?.focus();
    shown.current = true;
  }, [subsection && subsectionHash(subsection)]);
  return [
    subsection,
    (next) => {
      location.hash = subsectionHash(next);
    },
  ];
}
