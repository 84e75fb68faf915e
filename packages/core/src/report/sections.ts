// Sections that reports of studies of every kind have: the paper's claims, correlations with R, V of surrogates.

import { short } from "../numbers.ts";
import type { Claim } from "../study/claim.ts";
import type { SurrogateVariability } from "../study/evasion/variability.ts";
import { type CorrelationPanel, permutationPText } from "../transfer/correlations.ts";
import { figure } from "./figures.ts";
import { html, type Markup } from "./html.ts";

/** Nothing where none is asked. */
export function claimsSection(claims: readonly Claim[]): Markup | false {
  if (claims.length === 0) return false;
  return html`<section><h2>The paper's claims</h2>
<p>Held: in the means over repetitions, and beyond chance (p below .05). Not shown: in the means, but single repetitions agree no more
than they may by chance. Not held: not even in the means.</p>
<dl class="facts">${claims.map(
    ({ id, claim, verdict, numbers }) =>
      html`<dt>${id} <b>${verdict}</b></dt><dd>${claim}<ul>${numbers.map((line) => html`<li>${line}</li>`)}</ul></dd>`,
  )}</dl></section>`;
}

export function correlationSection(
  { correlations }: Pick<CorrelationPanel, "correlations">,
  drawings: readonly { readonly title: string; readonly svg: string }[],
): Markup {
  return html`<section><h2>Does alignment tell which attacks transfer?</h2>
<p>Pairs share surrogates and targets, so beside the analytic p stands that of ${correlations[0]?.permutations ?? 0}
relabellings of whole rows and columns (Mantel); both are adjusted by Holm over all tests of this table.</p>
<div class="scroll"><table><thead><tr><th scope="col">against R</th><th scope="col">coefficient</th><th scope="col">value</th><th scope="col">pairs</th>
<th scope="col">p</th><th scope="col">Holm</th><th scope="col">Mantel p</th><th scope="col">Holm</th></tr></thead><tbody>${correlations.map(
    (
      each,
    ) => html`<tr><th scope="row">${each.y}</th><td>${each.coefficient}</td><td>${each.statistic.toFixed(3)}</td><td>${each.n}</td>
<td>${short(each.p)}</td><td>${short(each.holmP)}</td><td>${permutationPText(each.permutationP, each.permutations)}</td><td>${short(each.holmPermutationP)}</td></tr>`,
  )}</tbody></table></div>
<div class="pairs">${drawings.map(({ title, svg }) =>
    figure(title, svg, "A dot per pair, mean over repetitions; the least-squares line with its 95 % band."),
  )}</div></section>`;
}

export function variabilitySection(variability: readonly SurrogateVariability[]): Markup | false {
  return (
    variability.length > 0 &&
    html`<section><h2>Variability of surrogates</h2>
<div class="scroll"><table><thead><tr><th scope="col">surrogate</th><th scope="col">V per point</th><th scope="col">V of the mean</th><th scope="col">training sets</th></tr></thead>
<tbody>${variability.map(
      ({ surrogate, perPoint, ofMean, sets }) =>
        html`<tr><th scope="row">${surrogate}</th><td>${short(perPoint)}</td><td>${short(ofMean)}</td><td>${sets}</td></tr>`,
    )}</tbody></table></div></section>`
  );
}
