// The word that tells how fresh a page is.

import { useEffect, useRef } from "preact/hooks";
import { announce } from "../announce.js";
import { html } from "../html.js";
import { useWords } from "../words/index.js";

/** @param {{connection: import("../live_stream.js").Connection}} props */
export function ConnectionBadge({ connection }) {
  const { t } = useWords();
  const before = useRef(connection);
  useEffect(() => {
    if (connection === "reconnecting") announce(t("connection.lost"));
    if (connection === "live" && before.current === "reconnecting") announce(t("connection.back"));
    before.current = connection;
  }, [connection]);
  return html`
    <span class="connection" data-connection=${connection}>
      <span class="connection__dot" aria-hidden="true"></span>${t(`connection.${connection}`)}
    </span>
  `;
}

/** Of several streams the one that is worst off decides what the page says. */
export function worst(connections) {
  const order = ["gone", "reconnecting", "connecting", "over", "live"];
  return order.find((connection) => connections.includes(connection)) ?? "connecting";
}
