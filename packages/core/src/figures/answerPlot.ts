// The picture of an answer: curves of errors against budgets, one of them with its band, over the level without attack.

import * as Plot from "@observablehq/plot";
import type { Interval } from "../stats/sample.ts";
import { accent, hairline, ink, muted } from "./palette.ts";
import { applySvgStyle, axisStyle, type FigureOptions, gridStyle, type KeyEntry, writeKey } from "./svgStyle.ts";

/** A point of a curve. */
export interface AnswerPoint extends Interval {
  readonly budget: number;
  /** For who hovers over it. */
  readonly title: string;
}

/** What is drawn; curves ascend in the budget, and those without points are left out. */
interface AnswerPicture {
  /** The curve that the answer is about; its band are the ends of intervals. */
  readonly strongest: readonly AnswerPoint[];
  readonly white: readonly AnswerPoint[];
  /** Thin curves to tell it apart from. */
  readonly others: readonly (readonly AnswerPoint[])[];
  /** The level without attack. */
  readonly clean: number;
  /** The name of the axis of budgets. */
  readonly axis: string;
  /** The largest share that is drawn. */
  readonly top: number;
  readonly names: { readonly strongest: string; readonly others: string };
  /** What the picture shows, for those who do not see it. */
  readonly label: string;
}

/** Draws it. */
export function answerPlot(picture: AnswerPicture, { document }: FigureOptions): SVGSVGElement {
  const { strongest, white, others, clean, axis, top, names, label } = picture;
  const ticks = [0, top / 2, top];
  const curve = { x: "budget", y: "estimate" } as const;
  const drawing = Plot.plot({
    document,
    ...{ width: 440, height: 270, marginLeft: 48, marginTop: 56, marginBottom: 40, marginRight: 16 },
    x: { domain: [0, Math.max(...strongest.map(({ budget }) => budget))], label: axis },
    y: { domain: [0, top] },
    style: { fontSize: "12px" },
    marks: [
      Plot.axisY({ ...axisStyle, ticks, tickFormat: (share: number) => `${100 * share} %`, label: null }),
      Plot.axisX({ ...axisStyle, ticks: 5, labelAnchor: "right" }),
      Plot.gridY(ticks, gridStyle),
      Plot.ruleY([0], { stroke: hairline }),
      Plot.ruleY([clean], { stroke: muted, strokeWidth: 1 }),
      Plot.line(white, { ...curve, stroke: ink, strokeWidth: 1.5, strokeDasharray: "5 3" }),
      ...others.map((points) => Plot.line(points, { ...curve, stroke: muted, strokeWidth: 1.5 })),
      Plot.areaY(strongest, { x: "budget", y1: "low", y2: "high", fill: accent, fillOpacity: 0.18 }),
      Plot.line(strongest, { ...curve, stroke: accent, strokeWidth: 2.2 }),
      Plot.dot(white, { ...curve, r: 2, fill: ink, title: "title" }),
      Plot.dot(others.flat(), { ...curve, r: 3, fill: "none", stroke: muted, title: "title" }),
      Plot.dot(strongest, { ...curve, r: 3, fill: accent, title: "title" }),
    ],
  });
  const rest: KeyEntry[] = [{ mark: "line", colour: muted, text: "clean" }];
  if (others.length > 0) rest.push({ mark: "ring", colour: muted, text: names.others });
  if (white.length > 0) rest.push({ mark: "dashed", colour: ink, text: "white-box" });
  writeKey(drawing, [{ mark: "line", colour: accent, text: names.strongest }], 48);
  writeKey(drawing, rest, 48, 32);
  return applySvgStyle(drawing, "answer", label);
}
