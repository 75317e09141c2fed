// Who is signed in. The session is an HttpOnly cookie; the shell tells whether there is one, so that
// a visitor without it costs no request.

import { createContext } from "preact";
import { useContext, useLayoutEffect, useState } from "preact/hooks";
import * as api from "./api.js";
import { announce } from "./announce.js";
import { onSignedOut } from "./http.js";
import { hearTabs, tellTabs } from "./tabs.js";

/** @typedef {{id: number, name: string, email: string, role: "buyer" | "seller"}} User */

export const SessionContext = createContext(/** @type {User | null | undefined} */ (undefined));

/** @returns {User | null | undefined} undefined while it is not known yet */
export const useSession = () => useContext(SessionContext);

const KIND = "session";
const ASK_AGAIN_MS = 3_000;
/** @type {Set<(user: User | null | undefined) => void>} */
const watchers = new Set();
/** @type {User | null | undefined} */
let known = document.documentElement.dataset.signedIn === "yes" ? undefined : null;

function become(user) {
  if (user?.id === known?.id && (known === undefined) === (user === undefined)) return;
  known = user;
  for (const watcher of watchers) watcher(user);
}

let asking = false;

/** Ask the service; what is not answered leaves it as it is and is asked again. */
async function ask() {
  asking = true;
  try {
    become(await api.me());
  } catch (problem) {
    if (problem.status === 401) become(null);
    else setTimeout(ask, Math.max(ASK_AGAIN_MS, 1000 * problem.wait));
  } finally {
    asking = false;
  }
}

/** Who is signed in, kept right: by any answer that says nobody is, and by what other tabs do. */
export function useLoadedSession() {
  const [user, setUser] = useState(known);
  useLayoutEffect(() => {
    watchers.add(setUser);
    onSignedOut(() => {
      if (known && !asking) tellTabs(KIND);
      become(null);
    });
    hearTabs(KIND, ask);
    addEventListener("pageshow", ({ persisted }) => persisted && ask());
    if (known === undefined) ask();
  }, []);
  return user;
}

/** Sign in with what `request` sends, in every tab. @param {() => Promise<User>} request */
export async function signInBy(request) {
  const user = await request();
  tellTabs(KIND);
  return user;
}

export async function signOut(onFailure) {
  try {
    await api.signOut();
    tellTabs(KIND);
    location.assign("/");
  } catch (problem) {
    announce(onFailure(problem));
  }
}

/** The address of the sign-in page that leads back here afterwards, or to where it led already. */
export function signInAddress(page = "/sign-in") {
  if (location.pathname.startsWith("/sign-")) return page + location.search;
  const here = location.pathname + location.search + location.hash;
  return `${page}?next=${encodeURIComponent(here)}`;
}

/** Where to go after signing in: only ever a path of this site. */
export function nextAddress(fallback) {
  const wanted = new URLSearchParams(location.search).get("next");
  if (!wanted || !URL.canParse(wanted, location.origin)) return fallback;
  const target = new URL(wanted, location.origin);
  return target.origin === location.origin ? target.pathname + target.search + target.hash : fallback;
}
