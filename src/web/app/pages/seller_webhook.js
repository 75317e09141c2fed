// One webhook: where it goes and what it is told, what may be done with it, and what was sent.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useAction } from "../action.js";
import { announce } from "../announce.js";
import { useForm } from "../form.js";
import { html } from "../html.js";
import { usePages } from "../list_pages.js";
import { changesOf, check, formOf, lookingAgain, nameOf, standingOf, stateOf } from "../model/webhooks.js";
import { mount, useTitle } from "../mount.js";
import { Deliveries } from "../parts/deliveries.js";
import { outcomeText } from "../parts/delivery_list.js";
import { NothingHere } from "../parts/nothing_here.js";
import { SellersOnly } from "../parts/sellers_only.js";
import { WebhookActions } from "../parts/webhook_actions.js";
import { WebhookFields } from "../parts/webhook_form.js";
import { WebhookSecret } from "../parts/webhook_secret.js";
import { WebhookState, WebhookTypes, WhyPaused } from "../parts/webhook_state.js";
import { useQuery } from "../query.js";
import * as api from "../webhook_api.js";
import { problemText, useWords } from "../words/index.js";
import "../words/webhooks.js";

const id = location.pathname.split("/")[3];
const LIST = "/seller/webhooks";

function WebhookPage() {
  const words = useWords();
  const { t } = words;
  const [webhook, setWebhook] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const [{ status }, setWanted] = useQuery({ status: "" });
  const every = useMemo(lookingAgain, []);
  const pages = usePages(api.deliveriesPath(id, status), { read: api.deliveries, every });
  // What becomes of a delivery may pause its webhook.
  const news = stateOf(pages.items ?? []);
  useEffect(() => {
    api.webhook(id).then(setWebhook, setProblem);
  }, [news]);
  useTitle(webhook && nameOf(webhook));

  if (problem?.status === 404) {
    return html`
      <${NothingHere} title=${t("webhook.notFound")}>
        <a class="button button--main" href=${LIST}>${t("webhook.back")}</a>
      <//>
    `;
  }
  if (!webhook) {
    return problem
      ? html`<p class="banner" role="alert">${problemText(words, problem)}</p>`
      : html`<p class="loading">${t("connection.connecting")}</p>`;
  }
  return html`
    <a class="back" href=${LIST}>${t("webhook.back")}</a>
    <${Webhook} webhook=${webhook} setWebhook=${setWebhook} pages=${pages} onTest=${() => setWanted({ status: "" })} />
    <${Deliveries}
      webhook=${webhook}
      pages=${pages}
      status=${status}
      onStatus=${(wanted) => setWanted({ status: wanted })}
    />
  `;
}

/** The webhook itself. `onTest` is called before a test is sent, so that it can be seen among the others. */
function Webhook({ webhook, setWebhook, pages, onTest }) {
  const words = useWords();
  const { t } = words;
  const [editing, setEditing] = useState(false);
  const [secret, setSecret] = useState("");
  const [test, setTest] = useState(/** @type {any} */ (null));
  const [told, setTold] = useState(/** @type {{done?: string, problem?: any} | null} */ (null));
  const { busy, run } = useAction();
  const heading = useRef(/** @type {any} */ (null));

  const change = async (wanted) => setWebhook(await api.changeWebhook(id, wanted));
  const actions = {
    test: async () => {
      onTest();
      setTest(null);
      setTest(await api.sendTest(id));
      pages.again();
    },
    edit: async () => setEditing(true),
    pause: () => change({ status: "paused" }),
    resume: async () => {
      await change({ status: "active" });
      pages.again();
    },
    rotate: async () => setSecret(await api.newSecret(id)),
    delete: async () => {
      await api.deleteWebhook(id);
      location.assign(LIST);
    },
  };

  const act = (/** @type {import("../parts/webhook_actions.js").Action} */ action) =>
    run(async () => {
      setTold(null);
      try {
        await actions[action]();
        if (action === "pause" || action === "resume") say({ done: `webhook.done.${action}` });
      } catch (problem) {
        say({ problem });
      }
    });

  function say(what) {
    setTold(what);
    announce(what.problem ? problemText(words, what.problem) : t(what.done));
  }

  function leaveForm(changed) {
    setEditing(false);
    if (changed) setWebhook(changed);
    if (changed) say({ done: "webhook.saved" });
    requestAnimationFrame(() => heading.current.focus());
  }

  return html`
    <div class="webhook">
      <header class="webhook__head">
        <h1 tabindex="-1" ref=${heading}><bdi>${nameOf(webhook)}</bdi></h1>
        <p class="webhook__facts">
          <${WebhookState} webhook=${webhook} />
          <code><bdi>${webhook.url}</bdi></code>
        </p>
      </header>
      ${webhook.status === "paused" &&
      html`<p class="notice"><span><${WhyPaused} webhook=${webhook} />${" "}${t("webhook.pausedHint")}</span></p>`}
      ${editing
        ? html`<${EditForm} webhook=${webhook} onDone=${leaveForm} />`
        : html`
            <dl class="webhook__about">
              <div><dt>${t("webhook.types")}</dt><dd><${WebhookTypes} webhook=${webhook} /></dd></div>
              <div>
                <dt>${t("webhook.since")}</dt>
                <dd>${words.moment(Date.parse(webhook.created_at))}</dd>
              </div>
            </dl>
            <${WebhookActions} webhook=${webhook} busy=${busy} onAction=${act} />
          `}
      ${told?.problem && html`<p class="field__error">${problemText(words, told.problem)}</p>`}
      ${told?.done && html`<p class="actions__done">${t(told.done)}</p>`}
      ${test && html`<${TestOutcome} test=${pages.items?.find(({ id }) => id === test.id) ?? test} />`}
      ${secret &&
      html`
        <${WebhookSecret} secret=${secret} hint=${t("webhook.rotated")}>
          <button
            class="button button--second"
            type="button"
            onClick=${() => {
              setSecret("");
              heading.current.focus();
            }}
          >
            ${t("webhook.kept")}
          </button>
        <//>
      `}
    </div>
  `;
}

/** What became of the test that was sent from here. */
function TestOutcome({ test }) {
  const words = useWords();
  const { t } = words;
  const standing = standingOf(test);
  const text =
    standing === "waiting"
      ? t("webhook.testSent")
      : standing === "delivered"
        ? t("webhook.testDelivered", { status: String(test.answer_status) })
        : t("webhook.testFailed", { why: outcomeText(words, test) });
  useEffect(() => announce(text), [standing]);
  const tone = { waiting: undefined, delivered: "good" }[standing] ?? "bad";
  return html`<p class="notice" data-tone=${standing === "waiting" ? undefined : tone}>${text}</p>`;
}

function EditForm({ webhook, onDone }) {
  const { t } = useWords();
  const before = useMemo(() => formOf(webhook), []);
  const { form, errors, trouble, busy, element, set, submit } = useForm(() => before, check);
  useEffect(() => element.current.querySelector("input").focus(), []);
  const send = async () => onDone(await api.changeWebhook(id, changesOf(before, form)));
  return html`
    <form class="maker__form webhook__form" ref=${element} novalidate onSubmit=${(event) => submit(event, send)}>
      ${trouble && html`<p class="notice" data-tone="bad" tabindex="-1">${trouble}</p>`}
      <${WebhookFields} form=${form} errors=${errors} set=${set} />
      <div class="maker__send">
        <button class="button button--main" type="submit" disabled=${busy}>${t("webhook.save")}</button>
        <button class="button button--quiet" type="button" onClick=${() => onDone(null)}>${t("seller.cancel")}</button>
      </div>
    </form>
  `;
}

mount(() => html`<${SellersOnly} page=${WebhookPage} title="webhook.heading" />`);
