// Sections that reports of studies of every kind have: the paper's claims, correlations with R, V of surrogates.

import { short } from "../numbers.ts";
import type { Claim } from "../study/claim.ts";
import type { SurrogateVariability } from "../study/evasion/variability.ts";
import { type Correlation, type CorrelationPanel, permutationPText } from "../transfer/correlations.ts";
import { facts, type Section } from "./contents.ts";
import { figure } from "./figures.ts";
import { html } from "./html.ts";

/** Nothing where none is asked. */
export function claimsSection(claims: readonly Claim[]): Section | false {
  if (claims.length === 0) return false;
  const content = html`<p>What Demontis et al. (<i>Why Do Adversarial Attacks Transfer?</i>, USENIX Security 2019) say of this experiment, each
claim put to the numbers of this run; how each is decided is in the method (docs/method.md). Held: in the means over repetitions, and beyond chance (p below .05). Not shown: in the means, but single repetitions agree no more
than they may by chance. Not held: not even in the means.</p>
${facts(
  claims.map(({ id, claim, verdict, numbers }) => [
    html`${id} <b>${verdict}</b>`,
    html`${claim}<ul>${numbers.map((line) => html`<li>${line}</li>`)}</ul>`,
  ]),
)}`;
  return { id: "claims", name: "Claims", title: "The paper's claims", content };
}

/** Whether R goes with rho and with the ratio: a group of rows for each, a row for each kind of correlation. */
export function correlationSection(
  { correlations }: Pick<CorrelationPanel, "correlations">,
  drawings: readonly { readonly title: string; readonly svg: string }[],
): Section | false {
  if (correlations.length === 0) return false;
  const quantities = [...new Set(correlations.map(({ y }) => y))];
  const row = (
    each: Correlation,
  ) => html`<tr><th scope="row">${named[each.coefficient]}</th><td>${each.statistic.toFixed(3)}</td>
<td>${short(each.holmP)}<span class="interval">alone ${short(each.p)}</span></td>
<td>${short(each.holmPermutationP)}<span class="interval">alone ${permutationPText(each.permutationP, each.permutations)}</span></td></tr>`;
  const bodies = quantities.map((y) => {
    const own = correlations.filter((each) => each.y === y);
    return html`<tbody><tr><th scope="rowgroup" colspan="4" class="group">${y}, over ${own[0].n} pairs</th></tr>${own.map(row)}</tbody>`;
  });
  const content = html`<p>R is the cosine between the gradients of a surrogate and a target. Where it tells which attacks transfer, it rises with what is
below: with rho, how much alike the perturbations of both are, and with the share of the white-box damage that arrives. Pairs share surrogates
and targets, so that beside p as the paper prints it stands that of ${correlations[0].permutations} relabellings of whole rows and columns (Mantel). Both are adjusted
by Holm over all tests of this table; beneath stands p of each test alone.</p>
<div class="scroll" role="region" tabindex="0" aria-label="Correlations"><table><thead><tr><th scope="col">R against</th><th scope="col">correlation</th>
<th scope="col">p, as if independent</th><th scope="col">p by relabelling</th></tr></thead>${bodies}</table></div>
<div class="pairs">${drawings.map(({ title, svg }) =>
    figure(title, svg, "A dot per pair, mean over repetitions; the least-squares line with its 95 % band."),
  )}</div>`;
  return { id: "alignment", name: "Alignment", title: "Does alignment tell which attacks transfer?", content };
}

const named = { pearson: "Pearson, of values", spearman: "Spearman, of ranks", kendall: "Kendall, of order" } as const;

export function variabilitySection(variability: readonly SurrogateVariability[]): Section | false {
  if (variability.length === 0) return false;
  const content = html`<p>V says how much the loss of a surrogate depends on the training set that it happened to get. An attacker has one of them only, so
that the smaller V, the more of what is crafted holds for other models too.</p>
<div class="scroll" role="region" tabindex="0" aria-label="Variability"><table><thead><tr><th scope="col">surrogate</th><th scope="col">V per point</th><th scope="col">V of the mean</th><th scope="col">training sets</th></tr></thead>
<tbody>${variability.map(
    ({ surrogate, perPoint, ofMean, sets }) =>
      html`<tr><th scope="row">${surrogate}</th><td>${short(perPoint)}</td><td>${short(ofMean)}</td><td>${sets}</td></tr>`,
  )}</tbody></table></div>`;
  return { id: "variability", name: "Variability", title: "Variability of surrogates", content };
}
