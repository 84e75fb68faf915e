// The figures of a run: their files, and how each stands in the report.

import { alignmentAndTransfer } from "../figures/alignment.ts";
import { answerCurve } from "../figures/answerCurve.ts";
import { tellingEpsilon } from "../figures/auditLookup.ts";
import { gradientSizes } from "../figures/gradientSizes.ts";
import { standaloneSvg, svgText } from "../figures/markup.ts";
import { predictedLoss } from "../figures/predictedLoss.ts";
import { securityCurves } from "../figures/securityCurves.ts";
import { transferHeatmap } from "../figures/transferHeatmap.ts";
import type { AuditResult } from "../study/result.ts";
import { html, type Markup, type Part, trusted } from "./html.ts";

/** The drawings of an audit by name, as text for use inside HTML. */
export interface Drawings {
  /** One per epsilon, in the order asked for. */
  readonly matrices: readonly (readonly [epsilon: number, svg: string])[];
  readonly answer: string;
  readonly curves: string;
  readonly gradientSizes: string;
  readonly alignment: string;
  readonly predictedLoss: string;
}

/** Draws all figures of an audit. */
export function drawAll(result: AuditResult, document: Document): Drawings {
  const epsilon = tellingEpsilon(result);
  return {
    matrices: result.asked.epsilons.map((at) => [at, svgText(transferHeatmap(result, at, { document }))]),
    answer: svgText(answerCurve(result, { document })),
    curves: svgText(securityCurves(result, { document })),
    gradientSizes: svgText(gradientSizes(result, epsilon, { document })),
    alignment: svgText(alignmentAndTransfer(result, epsilon, { document })),
    predictedLoss: svgText(predictedLoss(result, { document })),
  };
}

/** Drawings as files of their own: name to text. */
export function figureFiles({
  matrices,
  answer,
  curves,
  gradientSizes,
  alignment,
  predictedLoss,
}: Drawings): Record<string, string> {
  const files = [
    ...matrices.map(([epsilon, svg]) => [`transfer-matrix-epsilon-${epsilon}.svg`, svg]),
    ["answer.svg", answer],
    ["security-curves.svg", curves],
    ["gradient-size.svg", gradientSizes],
    ["alignment.svg", alignment],
    ["predicted-loss.svg", predictedLoss],
  ];
  return Object.fromEntries(files.map(([name, svg]) => [name, standaloneSvg(svg)]));
}

/** A drawing with its caption; on a narrow screen it shrinks a little and then scrolls in its own box. */
export function figure(name: string, svg: string, caption: Part): Markup {
  const width = Number(/ width="(\d+)"/.exec(svg)?.[1] ?? 0);
  return html`<figure>
<div class="scroll" role="region" tabindex="0" aria-label="${name}"><div style="min-width:${Math.round(width * (width > 500 ? 0.8 : 0.72))}px">${trusted(svg)}</div></div>
<figcaption><b>${name}.</b> ${caption}</figcaption>
</figure>`;
}
