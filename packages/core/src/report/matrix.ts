// The transfer matrix of a study at one budget, as a table.

import { mean } from "../stats/describe.ts";
import type { Interval } from "../stats/sample.ts";
import type { Found } from "../study/evidence.ts";
import { reached, reachedWithout } from "../study/goal.ts";
import { type Budgeted, budgetOf, type MeasuredModel, nameIn, rateOf } from "../study/measured.ts";
import { html, type Markup } from "./html.ts";

/** A study over its repetitions, as far as its matrix shows it. */
type Shown = Pick<Found, "repetitions" | "transferRates"> & { readonly cells: readonly MeanError[] };
type MeanError = Budgeted & {
  readonly surrogate: string;
  readonly target: string;
  readonly errorUnderAttack: Interval;
  readonly targeted?: Interval;
};

/** Rows surrogates, columns targets, then the mean of the row; beneath, white-box errors and those without attack. */
export function transferMatrix({ repetitions, transferRates, cells }: Shown, budget: number, title: string): Markup {
  const name = nameIn(repetitions[0]);
  const ids = (role: MeasuredModel["role"]) =>
    repetitions[0].models.filter((model) => model.role === role).map(({ id }) => id);
  const { ensembles = [] } = repetitions[0];
  const [surrogates, targets] = [[...ids("surrogate"), ...ensembles.map(({ id }) => id)], ids("target")];
  const at = (surrogate: string, target: string) => {
    const own = cells.find(
      (each) => each.surrogate === surrogate && each.target === target && budgetOf(each) === budget,
    );
    return own && reached(own);
  };
  const clean = targets.map(
    (id) => mean(repetitions.map(({ models }) => withoutAttack(models.find((model) => model.id === id)!)))!,
  );
  const rate = (id: string) => rateOf({ transferRates }, id, budget)!;
  return html`<h3>${title}</h3>
<div class="scroll" role="region" tabindex="0" aria-label="${title}"><table>
<thead><tr><th scope="col">crafted on \\ judged on</th>${targets.map((id) => html`<th scope="col">${name(id)}</th>`)}<th scope="col">transfer rate</th></tr></thead>
<tbody>
${surrogates.map(
  (id) =>
    html`<tr><th scope="row">${name(id)}</th>${targets.map((target) => cellMarkup(at(id, target)))}<td><b>${percent(rate(id))}</b></td></tr>`,
)}
<tr><th scope="row">white-box</th>${targets.map((id) => cellMarkup(at(id, id)))}<td></td></tr>
<tr><th scope="row">no attack</th>${clean.map((error) => html`<td>${percent(error)}</td>`)}<td></td></tr>
</tbody>
</table></div>`;
}

function cellMarkup(error: Interval | undefined): Markup {
  if (!error) return html`<td>–</td>`;
  return html`<td title="${percent(error.low)} to ${percent(error.high)} %" style="background: rgb(190 75 30 / ${(0.7 * error.estimate).toFixed(2)})">${percent(error.estimate)}</td>`;
}

const withoutAttack = ({ cleanError, ...model }: MeasuredModel): number =>
  reachedWithout({ ...model, cleanError: cleanError! }).estimate;

const percent = (share: number) => (100 * share).toFixed(1);
