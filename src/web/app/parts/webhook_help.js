// What a program that receives webhooks has to do.

import { html } from "../html.js";
import { useWords } from "../words/index.js";

const RULES = ["signed", "quick", "twice", "order", "stop"];

// A test holds it to what is really sent.
const REQUEST = `POST /your/path HTTP/1.1
content-type: application/cloudevents+json
webhook-id: 4714
webhook-timestamp: 1796119260
webhook-signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=

{
  "specversion": "1.0",
  "id": "4714",
  "source": "/event-ticketing",
  "type": "reservation.confirmed",
  "subject": "event/7",
  "time": "2026-12-01T10:01:00Z",
  "datacontenttype": "application/json",
  "data": {
    "event_id": 7,
    "reservation_id": "abb945d8-2e21-4ca8-91c6-1a853054550c",
    "buyer_id": 4,
    "house": false,
    "seats": [
      {
        "seat_identifier": "A-1-3-12",
        "section": "A",
        "subsection": 1,
        "row": 3,
        "seat": 12,
        "price": 2000
      }
    ],
    "total_price": 2000
  }
}`;

const CODE = `from standardwebhooks import Webhook

webhook = Webhook(secret)  # whsec_...
message = webhook.verify(body, headers)
`;

export function WebhookHelp() {
  const { t } = useWords();
  return html`
    <section class="panel receive" aria-labelledby="receive-title">
      <h2 id="receive-title">${t("receive.title")}</h2>
      <dl class="receive__rules">
        ${RULES.map(
          (rule) => html`
            <div key=${rule}>
              <dt>${t(`receive.rule.${rule}`)}</dt>
              <dd>${t(`receive.how.${rule}`)}</dd>
            </div>
          `,
        )}
      </dl>
      <div class="receive__code">
        <h3 id="code-title">${t("receive.code")}</h3>
        <pre class="said" tabindex="0" role="region" aria-labelledby="code-title"><code>${CODE}</code></pre>
        <h3 id="request-title">${t("receive.example")}</h3>
        <pre class="said" tabindex="0" role="region" aria-labelledby="request-title"><code>${REQUEST}</code></pre>
      </div>
      <p class="receive__links">
        <a href="https://www.standardwebhooks.com/">${t("receive.spec")}</a>
        <a href="/docs">${t("receive.api")}</a>
      </p>
    </section>
  `;
}
