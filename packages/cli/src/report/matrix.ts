// The transfer matrix of a study at one budget, as a table.

import { type Interval, shortId } from "@carom/core";
import { html, type Markup } from "./html.ts";

export interface MatrixTable {
  readonly title: string;
  readonly surrogates: readonly string[];
  readonly targets: readonly string[];
  /** The error of a target under points that were crafted on a model, itself for white-box; undefined where there is none. */
  at(crafted: string, target: string): Interval | undefined;
  /** Errors of the targets without attack, in their order. */
  readonly clean: readonly number[];
  /** The transfer rate of a surrogate. */
  rate(surrogate: string): number;
}

/** Rows surrogates, columns targets, then the mean of the row; beneath, white-box errors and those without attack. */
export function transferMatrix({ title, surrogates, targets, at, clean, rate }: MatrixTable): Markup {
  return html`<section>
<h2>${title}</h2>
<div class="scroll" role="region" tabindex="0" aria-label="${title}"><table>
<thead><tr><th scope="col">crafted on \\ judged on</th>${targets.map((id) => html`<th scope="col">${shortId(id)}</th>`)}<th scope="col">transfer rate</th></tr></thead>
<tbody>
${surrogates.map(
  (id) =>
    html`<tr><th scope="row">${shortId(id)}</th>${targets.map((target) => cellMarkup(at(id, target)))}<td><b>${percent(rate(id))}</b></td></tr>`,
)}
<tr><th scope="row">white-box</th>${targets.map((id) => cellMarkup(at(id, id)))}<td></td></tr>
<tr><th scope="row">no attack</th>${clean.map((error) => html`<td>${percent(error)}</td>`)}<td></td></tr>
</tbody>
</table></div>
</section>`;
}

function cellMarkup(error: Interval | undefined): Markup {
  if (!error) return html`<td>–</td>`;
  return html`<td title="${percent(error.low)} to ${percent(error.high)} %" style="background: rgb(190 75 30 / ${(0.7 * error.estimate).toFixed(2)})">${percent(error.estimate)}</td>`;
}

const percent = (share: number) => (100 * share).toFixed(1);
