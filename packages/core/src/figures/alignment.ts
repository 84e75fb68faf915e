// Does alignment of gradients tell beforehand which attacks transfer? (paper Fig. 6d)

import * as Plot from "@observablehq/plot";
import { short } from "../numbers.ts";
import type { AuditResult } from "../study/result.ts";
import { cellAt, normName, targetOf } from "./auditLookup.ts";
import { accent, muted } from "./palette.ts";
import { placeLabels } from "./placeLabels.ts";
import { alongBar, nameY, scatterFrame, scatterSize, toPixels } from "./scatter.ts";
import { applySvgStyle, axisStyle, clipped, type FigureOptions, gridStyle, writeKey } from "./svgStyle.ts";

interface Point {
  readonly surrogate: string;
  readonly target: string;
  readonly R: number;
  readonly low: number;
  readonly high: number;
  readonly ratio: number;
  readonly title: string;
}

/**
 * Error under attack over white-box error of the same judged model, against the gradient alignment R (Eq. 18) of
 * surrogate and judged model; one point per ordered pair of different models, the target's pairs in the accent.
 * First-order theory expects the line y = x for losses. Demontis et al., 2019, Fig. 6d.
 */
export function alignmentAndTransfer(result: AuditResult, epsilon: number, { document }: FigureOptions): SVGSVGElement {
  const target = targetOf(result).id;
  const points = result.pairs.flatMap(({ surrogate, target: judged, alignment }): Point[] => {
    const ratio = surrogate === judged ? undefined : cellAt(result, surrogate, judged, epsilon)?.ratio;
    if (ratio === undefined) return [];
    const { estimate: R, low, high } = alignment;
    const title =
      `crafted on ${surrogate}, judged on ${judged}: R ${short(R)} (${short(low)} to ${short(high)}), ratio ` +
      `${short(ratio)}`;
    return [{ surrogate, target: judged, R, low, high, ratio, title }];
  });
  const own = points.filter((point) => point.target === target);
  const others = points.filter((point) => point.target !== target);
  const left = Math.min(0, ...points.map(({ low }) => Math.floor(low * 10) / 10));
  const top = Math.max(1, ...points.map(({ ratio }) => Math.ceil(ratio * 5) / 5));
  const drawing = Plot.plot({
    document,
    ...scatterSize,
    x: { domain: [left, 1], label: "gradient alignment R" },
    y: { domain: [0, top] },
    marks: [
      Plot.gridY({ ...gridStyle, ticks: 5 }),
      Plot.axisY({ ...axisStyle, ticks: 5, label: null }),
      Plot.axisX({ ...axisStyle, ticks: 5, labelAnchor: "right" }),
      Plot.line(
        [
          [0, 0],
          [1, 1],
        ],
        { stroke: muted, strokeDasharray: "5 3" },
      ),
      Plot.dot(others, { x: "R", y: "ratio", r: 3, stroke: muted, strokeWidth: 1.2, title: "title" }),
      Plot.ruleY(own, { x1: "low", x2: "high", y: "ratio", stroke: accent, strokeWidth: 1.5 }),
      Plot.dot(own, { x: "R", y: "ratio", r: 4.5, fill: accent, title: "title" }),
    ],
  });
  const dots = own.map(({ R, ratio }) => toPixels(drawing, R, ratio));
  const bars = own.flatMap(({ low, high, ratio }) => alongBar(drawing, low, high, ratio));
  const labels = own.map(({ surrogate, R, ratio }) => {
    return { ...toPixels(drawing, R, ratio), text: clipped(surrogate, 18), colour: accent };
  });
  placeLabels(drawing, labels, [...dots, ...bars], scatterFrame);
  const key = [
    { mark: "dot", colour: accent, text: "judged on the target" },
    { mark: "ring", colour: muted, text: "other pairs" },
    { mark: "dashed", colour: muted, text: "y = x" },
  ] as const;
  nameY(drawing, "black-box / white-box error");
  writeKey(drawing, key, scatterFrame.left);
  const label =
    `Ratio of black-box to white-box error at ${normName(result.asked)} epsilon ${epsilon} ` +
    `against gradient alignment, ${points.length} pairs, ${own.length} of them judged on the target`;
  return applySvgStyle(drawing, "alignment", label);
}
