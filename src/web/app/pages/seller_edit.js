// Change an event. Two people may do so at once: what is saved in between is shown, and nothing that
// was typed is lost.

import { useState } from "preact/hooks";
import * as api from "../api.js";
import { announce } from "../announce.js";
import { useForm } from "../form.js";
import { html } from "../html.js";
import { changesOf, merged } from "../model/event_change.js";
import { checkDetails, detailsOf, sizeOf, typedSeating } from "../model/event_form.js";
import { Check } from "../parts/check.js";
import { DeskHead, deskAddress, mountDesk } from "../parts/desk.js";
import { AboutFields, SaleFields } from "../parts/event_fields.js";
import { HousePreview } from "../parts/house_preview.js";
import { useWords } from "../words/index.js";

const LABELS = {
  name: "form.name",
  venue_name: "form.venue",
  description: "form.description",
  is_active: "form.visible",
  starts_at: "form.date.starts_at",
  sale_opens_at: "form.date.sale_opens_at",
  sale_closes_at: "form.date.sale_closes_at",
  timezone: "form.timezone",
  line: "form.line",
  per_minute: "form.perMinute",
  max_active: "form.maxActive",
  pass_time: "form.passTime",
};

/** @param {{event: any, etag: string}} props */
function EditPage({ event, etag }) {
  const { t } = useWords();
  const [saved, setSaved] = useState(() => ({ event, etag, form: detailsOf(event) }));
  const [meanwhile, setMeanwhile] = useState(/** @type {{taken: string[], both: string[]} | null} */ (null));
  const { form, setForm, errors, trouble, busy, element, set, submit } = useForm(() => saved.form, checkDetails);
  const seating = typedSeating(event.seating_config);
  const size = sizeOf(seating);

  async function send() {
    const changes = changesOf(saved.form, form, saved.event);
    try {
      if (Object.keys(changes).length > 0) await api.changeEvent(event.id, changes, saved.etag);
    } catch (problem) {
      if (problem.status !== 412) throw problem;
      await takeIn(await api.eventWithTag(event.id));
      return;
    }
    location.assign(deskAddress(event.id, "overview"));
  }

  function takeIn(now) {
    const theirs = detailsOf(now.event);
    const { form: both, ...what } = merged(saved.form, form, theirs);
    setSaved({ ...now, form: theirs });
    setForm(both);
    setMeanwhile(what);
    announce(t("edit.meanwhile"));
    requestAnimationFrame(() => document.getElementById("meanwhile")?.focus());
  }

  const hints = Object.fromEntries(
    (meanwhile?.both ?? []).map((name) => [name, t("edit.theirs", { value: asText(saved.form[name], t) })]),
  );
  const fields = { form, errors, set, hints };
  return html`
    <${DeskHead} event=${saved.event} current="edit" />
    <div class="maker">
      <form class="maker__form" ref=${element} novalidate onSubmit=${(event) => submit(event, send)}>
        ${trouble && html`<p class="notice" data-tone="bad" tabindex="-1">${trouble}</p>`}
        ${meanwhile && html`<${Meanwhile} ...${meanwhile} />`}
        <${AboutFields} ...${fields} />
        <${SaleFields} ...${fields} seats=${size.seats} />
        <${Check}
          id="is_active"
          checked=${form.is_active}
          label=${t("form.visible")}
          hint=${hints.is_active ?? t("form.visibleHint")}
          onChange=${(checked) => set("is_active", { is_active: checked })}
        />
        <div class="maker__send">
          <button class="button button--main" type="submit" disabled=${busy}>${t("edit.save")}</button>
          <a class="button button--quiet" href=${deskAddress(event.id, "overview")}>${t("seller.cancel")}</a>
        </div>
      </form>
      <${HousePreview} title=${t("edit.seating")} hint=${t("edit.seatingHint")} seating=${seating} size=${size} />
    </div>
  `;
}

function Meanwhile({ taken, both }) {
  const { t, list } = useWords();
  const names = (fields) => list(fields.map((name) => t(LABELS[name])));
  return html`
    <div id="meanwhile" class="notice" data-tone="bad" tabindex="-1">
      <p><strong>${t("edit.meanwhile")}</strong></p>
      ${taken.length > 0 && html`<p>${t("edit.taken", { fields: names(taken) })}</p>`}
      ${both.length > 0 && html`<p>${t("edit.both", { fields: names(both) })}</p>`}
      <p>${t("edit.again")}</p>
    </div>
  `;
}

/** A field's value as a person reads it. */
function asText(value, t) {
  if (typeof value === "boolean") return t(value ? "edit.yes" : "edit.no");
  const text = typeof value === "string" ? value : value.local.replace("T", " ");
  return text.trim() || t("edit.nothing");
}

mountDesk("edit", EditPage);
