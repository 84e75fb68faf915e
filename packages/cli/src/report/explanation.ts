// The part of a study's report that says why attacks transferred.

import { adviceSentence, permutationPText, type StudyResult } from "@carom/core";
import { correlationScatter, short, standaloneSvg, svgText } from "@carom/core/figures";
import { figure } from "./figures.ts";
import { html, type Markup } from "./html.ts";

/** The scatter plots of a study by file name, each with what it shows. */
export function correlationDrawings(
  { explanation, repetitions, study }: StudyResult,
  document: Document,
): { readonly file: string; readonly title: string; readonly svg: string }[] {
  const { correlations, lines } = explanation.correlations;
  const names = [...new Map(correlations.map(({ x, y }) => [y, { x, y }])).values()];
  return names.map(({ x, y }) => {
    const epsilon = study.attack.epsilons.find((each) => y.endsWith(` ${each}`))!;
    const points = pointsOf(repetitions, epsilon, y.startsWith("rho"));
    const own = correlations.filter((each) => each.y === y);
    const line = lines.find((each) => each.y === y)?.line;
    const svg = svgText(correlationScatter(points, { x: "gradient alignment R", y }, line, own, { document }));
    return { file: `${x}-${y}`.replace(/[^\w.]+/g, "-").toLowerCase(), title: `${y} against ${x}`, svg };
  });
}

/** The same drawings as files of their own. */
export function correlationFiles(result: StudyResult, document: Document): Record<string, string> {
  const drawings = correlationDrawings(result, document);
  return Object.fromEntries(drawings.map(({ file, svg }) => [`figures/${file}.svg`, standaloneSvg(svg)]));
}

/** R and rho or the ratio of each pair, means over repetitions. */
function pointsOf(repetitions: StudyResult["repetitions"], epsilon: number, isRho: boolean) {
  const [first] = repetitions;
  return first.cells.flatMap(({ surrogate, target, epsilon: at }) => {
    if (at !== epsilon || surrogate === target || surrogate.includes("@")) return [];
    const values = repetitions.flatMap(({ cells, pairs }) => {
      const pair = pairs.find((each) => each.surrogate === surrogate && each.target === target);
      const cell = cells.find(
        (each) => each.surrogate === surrogate && each.target === target && each.epsilon === epsilon,
      );
      const y = isRho ? cell?.perturbationCorrelation : cell?.ratio;
      return pair && y !== undefined ? [{ x: pair.alignment.estimate, y }] : [];
    });
    if (values.length < repetitions.length) return [];
    const mean = (pick: (value: (typeof values)[number]) => number) =>
      values.reduce((sum, value) => sum + pick(value), 0) / values.length;
    const [x, y] = [mean((value) => value.x), mean((value) => value.y)];
    return [{ x, y, title: `crafted on ${surrogate}, judged on ${target}: R ${short(x)}, ${short(y)}` }];
  });
}

/** Claims, correlations, V, findings and advice as sections. */
export function explanationSections(result: StudyResult, document: Document): Markup {
  const { explanation, variability } = result;
  const { claims, correlations, targetFindings, findings, advice, undefinedFor, meanAgreement } = explanation;
  return html`<section><h2>The paper's claims</h2>
<dl class="facts">${claims.map(
    ({ id, claim, verdict, numbers }) =>
      html`<dt>${id} <b>${verdict}</b></dt><dd>${claim}<ul>${numbers.map((line) => html`<li>${line}</li>`)}</ul></dd>`,
  )}</dl></section>
<section><h2>Does alignment tell which attacks transfer?</h2>
<p>Pairs share surrogates and targets, so beside the analytic p stands that of ${correlations.correlations[0]?.permutations ?? 0}
relabellings of whole rows and columns (Mantel); both are adjusted by Holm over all tests of this table.</p>
<div class="scroll"><table><thead><tr><th scope="col">against R</th><th scope="col">coefficient</th><th scope="col">value</th><th scope="col">pairs</th>
<th scope="col">p</th><th scope="col">Holm</th><th scope="col">Mantel p</th><th scope="col">Holm</th></tr></thead><tbody>${correlations.correlations.map(
    (
      each,
    ) => html`<tr><th scope="row">${each.y}</th><td>${each.coefficient}</td><td>${each.statistic.toFixed(3)}</td><td>${each.n}</td>
<td>${short(each.p)}</td><td>${short(each.holmP)}</td><td>${permutationPText(each.permutationP, each.permutations)}</td><td>${short(each.holmPermutationP)}</td></tr>`,
  )}</tbody></table></div>
<div class="pairs">${correlationDrawings(result, document).map(({ title, svg }) =>
    figure(title, svg, "A dot per pair, mean over repetitions; the least-squares line with its 95 % band."),
  )}</div></section>
${
  variability.length > 0 &&
  html`<section><h2>Variability of surrogates</h2>
<div class="scroll"><table><thead><tr><th scope="col">surrogate</th><th scope="col">V per point</th><th scope="col">V of the mean</th><th scope="col">training sets</th></tr></thead>
<tbody>${variability.map(
    ({ surrogate, perPoint, ofMean, sets }) =>
      html`<tr><th scope="row">${surrogate}</th><td>${short(perPoint)}</td><td>${short(ofMean)}</td><td>${sets}</td></tr>`,
  )}</tbody></table></div></section>`
}
<section><h2>What limits the attacks</h2>
${targetFindings.map(({ sentence }) => html`<p>${sentence}</p>`)}
<details><summary>Every pair</summary><ul>${findings.map(({ sentence }) => html`<li>${sentence}</li>`)}</ul></details></section>
<section><h2>Which surrogate to take before any attack</h2>
${meanAgreement !== undefined && html`<p>Kendall tau between advised and observed rankings, mean over targets: ${meanAgreement.toFixed(2)}.</p>`}
<ul>${advice.map((each) => html`<li>${adviceSentence(each)}</li>`)}</ul>
${undefinedFor.length > 0 && html`<p class="note">${undefinedFor.join(". ")}.</p>`}</section>`;
}
