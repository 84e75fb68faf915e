// The part of a study's report that says why attacks transferred.

import { correlationScatter } from "../figures/correlationScatter.ts";
import { svgText } from "../figures/markup.ts";
import { short } from "../numbers.ts";
import type { StudyResult } from "../study/evasion/result.ts";
import { adviceSentence } from "../study/findings.ts";
import { isWhole, type Measured } from "../study/measured.ts";
import { meanCells, meanModels } from "../study/repetitionMeans.ts";
import type { CorrelationPanel } from "../transfer/correlations.ts";
import { html, type Markup } from "./html.ts";
import { claimsSection, correlationSection, variabilitySection } from "./sections.ts";
import type { StudyDrawing } from "./studyFigures.ts";

/**
 * The scatter plots against R of a study of either kind: R and rho or the ratio of each pair, means over repetitions.
 */
export function correlationDrawings(
  { correlations, lines }: CorrelationPanel,
  repetitions: readonly Measured[],
  document: Document,
): StudyDrawing[] {
  const [models, cells] = [meanModels(repetitions), meanCells(repetitions)];
  const part = new Set(models.filter((model) => !isWhole(model)).map(({ id }) => id));
  const firsts = [...new Map(correlations.map((each) => [each.y, each])).values()];
  return firsts.map(({ x, y, quantity, budget }) => {
    const points = cells.flatMap(({ surrogate, target, alignment: R, ...cell }) => {
      const value = quantity === "rho" ? cell.perturbationCorrelation : cell.ratio;
      if (cell.budget !== budget || surrogate === target || part.has(surrogate)) return [];
      if (R === undefined || value === undefined) return [];
      const title = `crafted on ${surrogate}, judged on ${target}: R ${short(R)}, ${short(value)}`;
      return [{ x: R, y: value, title }];
    });
    const own = correlations.filter((each) => each.y === y);
    const line = lines.find((each) => each.y === y)?.line;
    const svg = svgText(correlationScatter(points, { x: "gradient alignment R", y }, line, own, { document }));
    const file = `${x}-${y}`.replace(/[^\w.]+/g, "-").toLowerCase();
    return { file, title: `${y} against ${x}`, caption: "", svg };
  });
}

/** Claims, correlations, V, findings and advice as sections. */
export function explanationSections(result: StudyResult, drawings: readonly StudyDrawing[]): Markup {
  const { explanation, variability } = result;
  const { claims, correlations, targetFindings, findings, advice, undefinedFor, meanAgreement } = explanation;
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
