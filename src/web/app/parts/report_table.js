// Seats and money of an event, section by section.

import { html } from "../html.js";
import { useWords } from "../words/index.js";

const SEATS = ["sold", "reserved", "house", "available", "total"];
const NAMES = {
  sold: "seller.sold",
  reserved: "seller.reserved",
  house: "seller.house",
  available: "seller.left",
  total: "seller.total",
};

/** @param {{report: any}} props as the service answers it */
export function ReportTable({ report }) {
  const { t, number, money } = useWords();
  const cells = (figures) => html`
    ${SEATS.map((name) => html`<td key=${name} class="table__number">${number(figures[name])}</td>`)}
    <td class="table__number">${money(figures.revenue)}</td>
  `;
  const { orders, seats, amount } = report.cancelled;
  return html`
    <div class="scrolls" tabindex="0" role="group" aria-labelledby="report-title">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">${t("report.section")}</th>
            <th scope="col" class="table__number">${t("report.price")}</th>
            ${SEATS.map((name) => html`<th key=${name} scope="col" class="table__number">${t(NAMES[name])}</th>`)}
            <th scope="col" class="table__number">${t("seller.revenue")}</th>
          </tr>
        </thead>
        <tbody>
          ${report.sections.map(
            (section) => html`
              <tr key=${section.section}>
                <th scope="row"><bdi>${section.section}</bdi></th>
                <td class="table__number">${money(section.price)}</td>
                ${cells(section)}
              </tr>
            `,
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colspan="2">${t("report.all")}</th>
            ${cells(report.total)}
          </tr>
        </tfoot>
      </table>
    </div>
    ${orders > 0 &&
    html`<p class="hint">${t("report.cancelled", { n: orders, seats, amount: money(amount) })}</p>`}
  `;
}
