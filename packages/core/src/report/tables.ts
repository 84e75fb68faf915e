// The numbers behind the figures, as tables.

import { cellAt, strongestCell, surrogatesOf, targetOf } from "../figures/auditLookup.ts";
import { short } from "../numbers.ts";
import type { Interval } from "../stats/sample.ts";
import { attackerRows, sourceName } from "../study/audit/attackerRows.ts";
import { ENSEMBLE } from "../study/audit/attackers.ts";
import { cleanName, increaseName, rateName, reached, reachedWithout } from "../study/goal.ts";
import type { AlignmentEstimate, AuditModel, AuditResult } from "../study/result.ts";
import type { Rate } from "../transfer/rates.ts";
import { html, type Markup, type Part } from "./html.ts";

/** What an engineer asks first: at each budget, the error without an attack, with the best surrogate, and white-box. */
export function budgetTable(result: AuditResult): Markup {
  const target = targetOf(result);
  const surrogates = surrogatesOf(result);
  const { ranking, tried } = result.standings;
  const rows = result.asked.epsilons.map((epsilon, i) => {
    const cells = surrogates.flatMap(({ id }) => cellAt(result, id, target.id, epsilon) ?? []);
    const strongest = strongestCell(result, epsilon);
    // The strongest was chosen on these points: its interval is one that holds for all surrogates at once.
    const strong = ranking.find(({ surrogate }) => surrogate === strongest?.surrogate)?.errors[i];
    const mean = cells.reduce((sum, cell) => sum + reached(cell).estimate, 0) / cells.length;
    const white = cellAt(result, target.id, target.id, epsilon);
    const best = tried?.reduce((most, each) => (each.errors[i].estimate > most.errors[i].estimate ? each : most));
    return html`<tr><th scope="row">${epsilon}</th><td>${share(reachedWithout(target))}</td>
<td>${cells.length > 0 ? `${(100 * mean).toFixed(1)} %` : none}</td>
${best && html`<td class="strong">${share(best.errors[i])}</td><td class="name">${sourceName(best)}</td>`}
<td class="${tried ? "" : "strong"}">${strong ? share(strong) : none}</td><td class="name">${strongest ? strongest.surrogate : none}</td>
<td>${white ? share(reached(white)) : none}</td></tr>`;
  });
  return scrolling(
    "Error of the target at each budget",
    html`<table><thead><tr><th scope="col">ε</th><th scope="col">${cleanName(result.asked.targetClass)}</th><th scope="col">mean over surrogates</th>
${tried && html`<th scope="col">strongest attack tried</th><th scope="col" class="name">which</th>`}
<th scope="col">strongest surrogate</th><th scope="col" class="name">which</th><th scope="col">white-box</th></tr></thead><tbody>${rows}</tbody></table>`,
  );
}

/** Attackers side by side: what the strongest points of each do at each budget, and what they take. */
export function attackerTable(result: AuditResult): Markup {
  const rows = attackerRows(result).map((row) => {
    const { attacker, surrogate, chosenOf, isPredicted, gradients, scores, errors } = row;
    const which =
      surrogate === ENSEMBLE
        ? "all surrogates together"
        : isPredicted
          ? `${surrogate}, chosen before any attack`
          : chosenOf === 1
            ? surrogate
            : `${surrogate}, of ${chosenOf}`;
    return html`<tr><th scope="row" title="${attacker}">${attacker}</th><td class="name">${which}</td>
<td>${gradients === undefined ? none : short(gradients)}</td><td>${scores === undefined ? none : short(scores)}</td>${errors.map((error) => html`<td>${share(error)}</td>`)}</tr>`;
  });
  const heads = result.asked.epsilons.map((epsilon) => html`<th scope="col">ε = ${epsilon}</th>`);
  return scrolling(
    "Attackers",
    html`<table><thead><tr><th scope="col">attacker</th><th scope="col" class="name">attacks</th><th scope="col">gradients per point</th>
<th scope="col">scores per point</th>${heads}</tr></thead><tbody>${rows}</tbody></table>`,
  );
}

/** The models that took part. */
export function modelTable(result: AuditResult): Markup {
  const rows = result.models.map(
    (
      model,
    ) => html`<tr><th scope="row" title="${model.id}">${model.id}</th><td class="name">${describe(model)}</td><td class="name">${pairs(model.options)}</td>
<td class="name">${pairs(model.training)}</td><td>${rate(model.cleanError)}</td><td>${model.cleanLoss === undefined ? none : short(model.cleanLoss)}</td>
<td>${model.gradientSize ? number(model.gradientSize) : html`<span class="note">${model.noGradients ?? none}</span>`}</td></tr>`,
  );
  return scrolling(
    "Models",
    html`<table><thead><tr><th scope="col">model</th><th scope="col" class="name">what</th><th scope="col" class="name">options</th><th scope="col" class="name">training</th>
<th scope="col">clean error</th><th scope="col">clean loss</th><th scope="col">S</th></tr></thead><tbody>${rows}</tbody></table>`,
  );
}

/** All cells judged on the target, grouped by budget. */
export function cellTable(result: AuditResult): Markup {
  const target = targetOf(result);
  const crafted = [...surrogatesOf(result), target];
  const { targetClass } = result.asked;
  const columns = [
    ...(targetClass === undefined ? [] : [rateName(targetClass)]),
    "error under attack",
    "success among right",
    increaseName(targetClass),
    "same wrong class",
    "other wrong class",
    "loss, predicted",
    "loss, observed",
    "R",
    "black/white",
    "gradients per point",
  ];
  const groups = result.asked.epsilons.map((epsilon) => {
    const rows = crafted.flatMap(({ id }) => {
      const cell = cellAt(result, id, target.id, epsilon);
      if (!cell) return [];
      const alignment = result.pairs.find((pair) => pair.surrogate === id && pair.target === target.id)?.alignment;
      const own = id === target.id;
      return html`<tr><th scope="row" title="${id}">${id}${own && html`<span class="note">white-box</span>`}</th>${cell.targeted && html`<td class="strong">${rate(cell.targeted)}</td>`}<td class="${cell.targeted ? "" : "strong"}">${rate(cell.errorUnderAttack)}</td>
<td>${cell.success ? rate(cell.success) : none}</td><td>${share(cell.netIncrease)}</td><td>${cell.sameWrongClass ? rate(cell.sameWrongClass) : none}</td><td>${cell.otherWrongClass ? rate(cell.otherWrongClass) : none}</td>
<td>${cell.predictedIncrease === undefined ? none : short(cell.predictedIncrease)}</td><td>${cell.lossIncrease === undefined ? none : short(cell.lossIncrease)}</td>
<td>${alignment && !own ? number(alignment) : none}</td><td>${cell.ratio === undefined || own ? none : short(cell.ratio)}</td>
<td>${cell.cost ? short(cell.cost.gradients) : none}</td></tr>`;
    });
    return html`<tbody><tr><th scope="rowgroup" colspan="${columns.length + 1}" class="group">ε = ${epsilon}</th></tr>${rows}</tbody>`;
  });
  const heads = columns.map((name) => html`<th scope="col">${name}</th>`);
  return scrolling(
    "Every attack on the target",
    html`<table><thead><tr><th scope="col">crafted on</th>${heads}</tr></thead>${groups}</table>`,
  );
}

/** Estimates of alignment with a target that gives scores only. */
export function estimateTable(pairs: AlignmentEstimate["pairs"]): Markup {
  const rows = pairs.map(
    ({ surrogate, slope, alignment }) =>
      html`<tr><th scope="row">${surrogate}</th><td>${number(slope)}</td><td>${number(alignment)}</td></tr>`,
  );
  return scrolling(
    "Estimated alignment with the target",
    html`<table><thead><tr><th scope="col">surrogate</th><th scope="col">rise of the target's loss per unit along its gradient</th>
<th scope="col">R, estimated</th></tr></thead><tbody>${rows}</tbody></table>`,
  );
}

const none = "–";
const percents = (value: number) =>
  (100 * value)
    .toFixed(1)
    .replace(/^-(?!0\.0$)/, "−")
    .replace(/^-/, "");
const share = (interval: Interval): Markup =>
  html`${percents(interval.estimate)} %<span class="interval">${percents(interval.low)} to ${percents(interval.high)}</span>`;
const rate = (value: Rate): Markup =>
  html`${percents(value.estimate)} %<span class="interval">${percents(value.low)} to ${percents(value.high)}, n ${value.n}</span>`;
const number = (interval: Interval): Markup =>
  html`${short(interval.estimate)}<span class="interval">${short(interval.low)} to ${short(interval.high)}</span>`;

function describe({ role, learner, complexity }: AuditModel): string {
  return [role, learner, complexity && `${complexity} complexity`].filter(Boolean).join(", ");
}

function pairs(values: Readonly<Record<string, unknown>> | undefined): Part {
  if (!values || Object.keys(values).length === 0) return none;
  const text = (value: unknown) =>
    typeof value === "number" ? short(value) : typeof value === "string" ? value : JSON.stringify(value);
  return Object.entries(values).map(([name, value], i) => [
    i > 0 && ", ",
    html`<span class="pair">${name} ${text(value)}</span>`,
  ]);
}

function scrolling(name: string, table: Markup): Markup {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${name}">${table}</div>`;
}
