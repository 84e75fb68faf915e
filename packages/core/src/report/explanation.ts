// The part of a study's report that says why attacks transferred.

import { correlationScatter } from "../figures/correlationScatter.ts";
import { svgText } from "../figures/markup.ts";
import { short } from "../numbers.ts";
import type { StudyResult } from "../study/evasion/result.ts";
import { adviceSentence } from "../study/findings.ts";
import { isWhole, type Measured, nameIn } from "../study/measured.ts";
import { referenceBudget } from "../study/names.ts";
import { meanCells, meanModels } from "../study/repetitionMeans.ts";
import type { CorrelationPanel } from "../transfer/correlations.ts";
import type { Finding } from "../transfer/finding.ts";
import type { Section } from "./contents.ts";
import { html } from "./html.ts";
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
  const name = nameIn(repetitions[0]);
  const [models, cells] = [meanModels(repetitions), meanCells(repetitions)];
  const part = new Set(models.filter((model) => !isWhole(model)).map(({ id }) => id));
  const firsts = [...new Map(correlations.map((each) => [each.y, each])).values()];
  return firsts.map(({ x, y, quantity, budget }) => {
    const points = cells.flatMap(({ surrogate, target, alignment: R, ...cell }) => {
      const value = quantity === "rho" ? cell.perturbationCorrelation : cell.ratio;
      if (cell.budget !== budget || surrogate === target || part.has(surrogate)) return [];
      if (R === undefined || value === undefined) return [];
      const title = `crafted on ${name(surrogate)}, judged on ${name(target)}: R ${short(R)}, ${short(value)}`;
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
export function explanationSections(result: StudyResult, drawings: readonly StudyDrawing[]): (Section | false)[] {
  const { explanation, variability } = result;
  const name = nameIn(result.repetitions[0]);
  const { claims, correlations, targetFindings, findings, advice, undefinedFor, meanAgreement } = explanation;
  const at = referenceBudget(result.study.attack.epsilons);
  const listed = (some: readonly Finding[]) => html`<ul>${some.map(({ sentence }) => html`<li>${sentence}</li>`)}</ul>`;
  const others = targetFindings.filter(({ epsilon }) => epsilon !== at);
  const limits = html`<p>What keeps an attack from doing to a target what one crafted on the target itself does, by rules on S, R and V.</p>
${listed(targetFindings.filter(({ epsilon }) => epsilon === at))}
${others.length > 0 && html`<details class="long"><summary>At other budgets</summary>${listed(others)}</details>`}
<details class="long"><summary>Every pair</summary>${listed(findings)}</details>`;
  const before = html`${meanAgreement !== undefined && html`<p>Kendall tau between advised and observed rankings, mean over targets: ${meanAgreement.toFixed(2)}.</p>`}
<ul>${advice.map((each) => html`<li>${adviceSentence(each, name)}</li>`)}</ul>
${undefinedFor.length > 0 && html`<p class="note">${undefinedFor.join(". ")}.</p>`}`;
  return [
    claimsSection(claims),
    correlationSection(correlations, drawings),
    variabilitySection(variability),
    findings.length > 0 && { id: "limits", name: "Limits", title: "What limits the attacks", content: limits },
    (advice.length > 0 || undefinedFor.length > 0) && {
      ...{ id: "advice", name: "Advice", title: "Which surrogate to take before any attack" },
      content: before,
    },
  ];
}
