// What a report of an audit says of why attacks transfer: S, R, predicted losses, and what limits each surrogate.

import { normName, tellingEpsilon } from "../figures/auditLookup.ts";
import { short } from "../numbers.ts";
import { adviceSentence } from "../study/findings.ts";
import type { AuditResult } from "../study/result.ts";
import { list } from "./contents.ts";
import { type Drawings, figure } from "./figures.ts";
import { html, type Markup, type Part } from "./html.ts";
import { estimateTable } from "./tables.ts";

/** What limits each surrogate at the telling budget, and what would have been advised before any attack. */
function findings(result: AuditResult): Markup {
  const at = ({ epsilon }: { readonly epsilon: number }) => epsilon === tellingEpsilon(result);
  const { findings = [], targetFindings = [], advice = [] } = result;
  return html`${targetFindings.filter(at).map(({ sentence }) => html`<p>${sentence}</p>`)}
${advice.map((each) => html`<p>${adviceSentence(each)}</p>`)}
${findings.length > 0 && html`<details><summary>Surrogate by surrogate</summary>${list(findings.filter(at).map(({ sentence }) => sentence))}</details>`}`;
}

/** The explanation, with its figures. */
export function reasons(result: AuditResult, drawings: Drawings): Markup {
  const at = `${normName(result.asked)} ε = ${tellingEpsilon(result)}`;
  return html`<div class="pairs">
<div><p>Three quantities explain transfer (Demontis et al., USENIX Security 2019).</p>
<p><b>Sensitivity.</b> The larger the input gradient of the judged model, the more a small change can do: S.</p>
<p><b>Alignment.</b> The more nearly the surrogate's gradient points where the judged model's does, the larger the part of the
white-box damage that arrives: R.</p>
<p><b>First order.</b> Both hold as far as the loss is straight between the point and its attacked version.</p>
<p>S and R are drawn at ${at}, where the models differ most visibly.</p></div>
${figure("Input-gradient size", drawings.gradientSizes, `White-box error at ${at} against S. S may be compared within one learner, along a line, and not across learners.`)}
${figure("Gradient alignment", drawings.alignment, `Error under attack over white-box error of the same judged model at ${at}, against R. Bars are 95 % intervals of R.`)}
${figure("Predicted loss", drawings.predictedLoss, "First-order prediction against what happened, all budgets; larger dots are larger budgets. Points leave the line where the loss bends.")}
</div>
${result.asked.targetClass !== undefined && html`<p class="note">S, R and predictions are of the loss of points' own classes; attackers climb another one here.</p>`}
${estimate(result)}
${findings(result)}`;
}

/** Alignment with a target that gives scores only, as far as it was estimated. */
function estimate({ estimate }: AuditResult): Part {
  if (!estimate) return false;
  const { points, queries, step, randomDirections, pairs } = estimate;
  return html`<h3>Alignment with the target: an estimate</h3>
<p>The target gives no gradients. At ${points} points its loss was differenced over ±${short(step)} along the surrogates' gradients
and ${randomDirections} random directions, which took ${queries} queries. R divides by a gradient length that is itself estimated, and
comes out too large by up to ${Math.round(75 / randomDirections)} % of itself; the slopes do not depend on it.</p>
${estimateTable(pairs)}`;
}
