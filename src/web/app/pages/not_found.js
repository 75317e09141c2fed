// An address at which there is nothing.

import { html } from "../html.js";
import { mount, useTitle } from "../mount.js";
import { NothingHere } from "../parts/nothing_here.js";
import { Poster } from "../parts/poster.js";
import { useWords } from "../words/index.js";

function NotFoundPage() {
  const { t } = useWords();
  useTitle(t("site.notFound"));
  return html`
    <div class="nowhere"><${Poster} name=${location.pathname} soon /></div>
    <${NothingHere} title=${t("site.notFound")} hint=${t("site.notFoundHint")} />
  `;
}

mount(NotFoundPage);
