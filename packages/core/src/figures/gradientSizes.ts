// Does a larger input gradient make a model easier to attack? (paper Fig. 6a)

import * as Plot from "@observablehq/plot";
import { percentInterval, short } from "../numbers.ts";
import type { AuditModel, AuditResult } from "../study/result.ts";
import { cellAt, normName } from "./auditLookup.ts";
import { accent, ink, muted } from "./palette.ts";
import { placeLabels } from "./placeLabels.ts";
import { alongBar, logTicks, nameY, scatterFrame, scatterSize, spread, toPixels } from "./scatter.ts";
import { applySvgStyle, axisStyle, clipped, type FigureOptions, gridStyle, writeKey } from "./svgStyle.ts";

interface Point {
  readonly model: AuditModel;
  readonly size: number;
  readonly low: number;
  readonly high: number;
  readonly error: number;
  readonly title: string;
}

/**
 * White-box error at one budget against the input-gradient size S (Eq. 17), S on a log scale. A line joins models
 * of one learner: S may be compared along a line and not across lines. Demontis et al., 2019, Fig. 6a.
 */
export function gradientSizes(result: AuditResult, epsilon: number, { document }: FigureOptions): SVGSVGElement {
  const points = result.models.flatMap((model): Point[] => {
    const rate = cellAt(result, model.id, model.id, epsilon)?.errorUnderAttack;
    const S = model.gradientSize;
    if (!rate || !S || S.estimate <= 0) return [];
    const title = `${model.id}: S ${short(S.estimate)}, white-box error ${percentInterval(rate)}`;
    const low = Math.max(S.low, S.estimate / 100);
    return [{ model, size: S.estimate, low, high: S.high, error: rate.estimate, title }];
  });
  const inFamily = points
    .filter(({ model }) => model.role === "surrogate" && model.learner !== undefined)
    .sort((a, b) => a.size - b.size);
  const sizes = spread(points.flatMap(({ low, high }) => [low, high]));
  const drawing = Plot.plot({
    document,
    ...scatterSize,
    x: { type: "log", domain: sizes, label: "input-gradient size S" },
    y: { domain: [0, 1] },
    marks: [
      Plot.gridY([0, 0.25, 0.5, 0.75, 1], gridStyle),
      Plot.axisY({
        ...axisStyle,
        ticks: [0, 0.25, 0.5, 0.75, 1],
        tickFormat: (share: number) => `${100 * share} %`,
        label: null,
      }),
      Plot.axisX({ ...axisStyle, ticks: logTicks(sizes), tickFormat: short, labelAnchor: "right" }),
      Plot.line(inFamily, {
        x: "size",
        y: "error",
        z: (p: Point) => p.model.learner,
        stroke: muted,
        strokeOpacity: 0.6,
      }),
      Plot.ruleY(points, { x1: "low", x2: "high", y: "error", stroke: muted, strokeWidth: 1.5 }),
      Plot.dot(points.filter(isSurrogate), { x: "size", y: "error", r: 4, fill: ink, title: "title" }),
      Plot.dot(
        points.filter((p) => !isSurrogate(p)),
        { x: "size", y: "error", r: 5, fill: accent, title: "title" },
      ),
    ],
  });
  const pixels = points.map((point) => ({ ...toPixels(drawing, point.size, point.error), point }));
  const bars = points.flatMap(({ low, high, error }) => alongBar(drawing, low, high, error));
  const labels = pixels.map(({ x, y, point: { model } }) => {
    return { x, y, text: clipped(model.id, 18), colour: model.role === "target" ? accent : ink };
  });
  placeLabels(drawing, labels, [...pixels, ...bars], scatterFrame);
  const key = [
    { mark: "dot", colour: accent, text: "target" },
    { mark: "dot", colour: ink, text: "surrogate" },
    { mark: "line", colour: muted, text: "one learner" },
  ] as const;
  nameY(drawing, "white-box error");
  writeKey(drawing, key, scatterFrame.left);
  const label =
    `White-box error at ${normName(result.asked)} epsilon ${epsilon} against input-gradient size, ` +
    `${points.length} models`;
  return applySvgStyle(drawing, "gradient-sizes", label);
}

const isSurrogate = ({ model }: Point) => model.role === "surrogate";
