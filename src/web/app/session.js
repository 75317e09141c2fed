// Who is signed in. The session is an HttpOnly cookie; the shell tells whether there is one, so that
// a visitor without it costs no request.

import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import * as api from "./api.js";
import { announce } from "./announce.js";

/** @typedef {{id: number, name: string, email: string, role: "buyer" | "seller"}} User */

export const SessionContext = createContext(/** @type {User | null | undefined} */ (undefined));

/** @returns {User | null | undefined} undefined while it is not known yet */
export const useSession = () => useContext(SessionContext);

/** Ask once for each document: signing in or out loads a new one. */
export function useLoadedSession() {
  const hasCookie = document.documentElement.dataset.signedIn === "yes";
  const [user, setUser] = useState(hasCookie ? undefined : null);
  useEffect(() => {
    if (!hasCookie) return;
    api.me().then(setUser, () => setUser(null));
  }, []);
  return user;
}

export async function signOut(onFailure) {
  try {
    await api.signOut();
    location.assign("/");
  } catch (problem) {
    announce(onFailure(problem));
  }
}

/** The address of the sign-in page that leads back here afterwards, or to where it led already. */
export function signInAddress(page = "/sign-in") {
  if (location.pathname.startsWith("/sign-")) return page + location.search;
  const here = location.pathname + location.hash;
  return `${page}?next=${encodeURIComponent(here)}`;
}

/** Where to go after signing in: only ever a path of this site. */
export function nextAddress(fallback) {
  const wanted = new URLSearchParams(location.search).get("next");
  if (!wanted || !URL.canParse(wanted, location.origin)) return fallback;
  const target = new URL(wanted, location.origin);
  return target.origin === location.origin ? target.pathname + target.search + target.hash : fallback;
}
