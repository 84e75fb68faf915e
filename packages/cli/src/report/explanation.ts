// The part of a study's report that says why attacks transferred.

import { adviceSentence, type StudyResult } from "@carom/core";
import { correlationScatter, short, standaloneSvg, svgText } from "@carom/core/figures";
import { html, type Markup } from "./html.ts";
import { claimsSection, correlationSection, variabilitySection } from "./sections.ts";

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
  const drawings = correlationDrawings(result, document);
  return html`${claimsSection(claims)}
${correlationSection(correlations, drawings)}
${variabilitySection(variability)}
<section><h2>What limits the attacks</h2>
${targetFindings.map(({ sentence }) => html`<p>${sentence}</p>`)}
<details><summary>Every pair</summary><ul>${findings.map(({ sentence }) => html`<li>${sentence}</li>`)}</ul></details></section>
<section><h2>Which surrogate to take before any attack</h2>
${meanAgreement !== undefined && html`<p>Kendall tau between advised and observed rankings, mean over targets: ${meanAgreement.toFixed(2)}.</p>`}
<ul>${advice.map((each) => html`<li>${adviceSentence(each)}</li>`)}</ul>
${undefinedFor.length > 0 && html`<p class="note">${undefinedFor.join(". ")}.</p>`}</section>`;
}
