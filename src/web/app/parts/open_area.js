// Which area of a venue is open is part of the address, so that Back and a shared link work.

import { useEffect, useRef, useState } from "preact/hooks";
import { areaHash, areaOfHash } from "./venue_map.js";

/** @returns {[{section: string, subsection: number} | null, (area: any) => void]} */
export function useOpenArea() {
  const [area, setArea] = useState(() => areaOfHash(location.hash));
  useEffect(() => {
    const follow = () => setArea(areaOfHash(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  const shown = useRef(false);
  useEffect(() => {
    if (shown.current) document.getElementById(area ? "area-title" : "venue-title")?.focus();
    shown.current = true;
  }, [area && areaHash(area)]);
  return [
    area,
    (next) => {
      location.hash = areaHash(next);
    },
  ];
}
