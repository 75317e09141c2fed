// Make an event: the form, and beside it the house that it describes, while it is typed. With
// `?copy=ID` the form begins as a copy of that event.

import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "../api.js";
import { useForm } from "../form.js";
import { html } from "../html.js";
import { idempotencyKey } from "../http.js";
import { check, copyOf, newForm, requestOf, seatingOf, sizeOf } from "../model/event_form.js";
import { mount } from "../mount.js";
import { Check } from "../parts/check.js";
import { AboutFields, SaleFields } from "../parts/event_fields.js";
import { HousePreview } from "../parts/house_preview.js";
import { NothingHere } from "../parts/nothing_here.js";
import { SeatingFields } from "../parts/seating_fields.js";
import { SellersOnly } from "../parts/sellers_only.js";
import { problemText, useWords } from "../words/index.js";

const copied = new URLSearchParams(location.search).get("copy");

function NewEventPage({ user }) {
  const words = useWords();
  const { t } = words;
  const [original, setOriginal] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  useEffect(() => {
    if (copied) api.event(encodeURIComponent(copied)).then(setOriginal, setProblem);
  }, []);

  if (!copied) return html`<${EventForm} title=${t("form.title")} initial=${newForm} />`;
  if (problem?.status === 404 || problem?.status === 400 || (original && original.seller_id !== user.id)) {
    return html`
      <${NothingHere} title=${t("event.notFound")}>
        <a class="button button--main" href="/seller/new">${t("seller.new")}</a>
      <//>
    `;
  }
  if (problem) return html`<p class="banner">${problemText(words, problem)}</p>`;
  if (!original) return html`<p class="loading">${t("connection.connecting")}</p>`;
  return html`
    <${EventForm}
      title=${t("form.copyTitle", { name: original.name })}
      hint=${t("form.copyHint")}
      initial=${() => copyOf(original)}
    />
  `;
}

/** @param {{title: string, hint?: string, initial: () => import("../model/event_form.js").EventForm}} props */
function EventForm({ title, hint, initial }) {
  const { t } = useWords();
  const { form, errors, trouble, busy, element, set, submit } = useForm(initial, check);
  const attempt = useRef({ body: "", key: "" });
  const seating = seatingOf(form);
  const size = seating && sizeOf(seating);

  async function send() {
    const body = requestOf(form);
    const created = await api.createEvent(body, keyFor(attempt.current, body));
    location.assign(`/seller/event/${created.id}`);
  }

  const fields = { form, errors, set };
  return html`
    <h1><bdi>${title}</bdi></h1>
    ${hint && html`<p class="hint">${hint}</p>`}
    <div class="maker">
      <form class="maker__form" ref=${element} novalidate onSubmit=${(event) => submit(event, send)}>
        ${trouble && html`<p class="notice" data-tone="bad" tabindex="-1">${trouble}</p>`}
        <${AboutFields} ...${fields} />
        <${SeatingFields} ...${fields} />
        <${SaleFields} ...${fields} seats=${size?.seats ?? 0} />
        <${Check}
          id="is_active"
          checked=${form.is_active}
          label=${t("form.publish")}
          hint=${t("form.publishHint")}
          onChange=${(checked) => set("is_active", { is_active: checked })}
        />
        <button class="button button--main" type="submit" disabled=${busy}>
          ${busy && size ? t("form.creating", { n: size.seats }) : t("form.create")}
        </button>
      </form>
      <${HousePreview} title=${t("form.preview")} seating=${seating} size=${size} />
    </div>
  `;
}

/** The same key for the same content, so that sending it again after a lost answer makes one event. */
function keyFor(attempt, body) {
  const text = JSON.stringify(body);
  if (attempt.body !== text) Object.assign(attempt, { body: text, key: idempotencyKey() });
  return attempt.key;
}

mount(() => html`<${SellersOnly} page=${NewEventPage} title="form.title" />`);
