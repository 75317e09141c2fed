// The words of the pages for webhooks, which few people open: no other page loads them. Among them the
// service's own sentences about deliveries, said in the page's words.

import { enWebhooks } from "./en_webhooks.js";
import { addTexts } from "./index.js";
import { zhTwWebhooks } from "./zh_tw_webhooks.js";

addTexts({ en: enWebhooks, "zh-Hant-TW": zhTwWebhooks });

/** @typedef {import("./saying.js").Saying} Saying */

/** @type {[RegExp, string, ((...groups: string[]) => Record<string, string>)?][]} */
const ERRORS = [
  [/^did not answer within (\d+) s$/, "delivery.error.timeout", (seconds) => ({ seconds })],
  [/^does not take connections$/, "delivery.error.refused"],
  [/^its name stands for no address$/, "delivery.error.name"],
  [/^its address is private$/, "delivery.error.private"],
  [/^its address does not begin with https:/, "delivery.error.scheme"],
  [/^answered with a redirect/, "delivery.error.redirect"],
  [/^gave no answer in HTTP$/, "delivery.error.http"],
  [/^TLS: (.*)$/, "delivery.error.tls", (why) => ({ why })],
];

/** @type {typeof ERRORS} */
const REASONS = [
  [/^It answered 410 Gone/, "webhook.why.gone"],
  [/^It took nothing for a day/, "webhook.why.failing"],
];

/** Why nothing came back, or nothing of use. @param {string} error of a delivery @returns {Saying} */
export const errorSaying = (error) => found(ERRORS, error) ?? { key: "delivery.error.other", values: { error } };

/** Why a webhook is paused. @param {string | undefined} reason none where its seller has done it @returns {Saying} */
export const reasonSaying = (reason) =>
  reason ? (found(REASONS, reason) ?? { key: "webhook.why.other", values: { reason } }) : { key: "webhook.why.seller" };

/** @returns {Saying | null} */
function found(sentences, text) {
  for (const [pattern, key, valuesOf] of sentences) {
    const groups = text.match(pattern);
    if (groups) return { key, values: valuesOf?.(...groups.slice(1)) };
  }
  return null;
}
