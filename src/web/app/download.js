// Save an answer of the service as a file. A link cannot say what it accepts, so the page asks.

import { Problem } from "./http.js";

/** @param {string} path an address that answers CSV as well @param {string} otherwise the file's name if none comes */
export async function downloadCsv(path, otherwise) {
  let response;
  let file;
  try {
    response = await fetch(path, { headers: { Accept: "text/csv" }, cache: "no-store" });
    file = await response.blob();
  } catch {
    throw new Problem(0);
  }
  if (!response.ok) throw new Problem(response.status, JSON.parse(await file.text()));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = nameIn(response.headers.get("Content-Disposition")) ?? otherwise;
  link.click();
  // The browser has taken what it needs by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** @param {string | null} disposition */
const nameIn = (disposition) => disposition?.match(/filename="?([^";]+)"?/)?.[1];
