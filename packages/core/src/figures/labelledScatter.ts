// One number of each model against another, with the models' names; a line joins the two complexities of a learner.

import * as Plot from "@observablehq/plot";
import { short } from "../numbers.ts";
import { accent, ink, muted } from "./palette.ts";
import { placeLabels } from "./placeLabels.ts";
import { logTicks, nameY, scatterFrame, scatterSize, spread, toPixels } from "./scatter.ts";
import { applySvgStyle, axisStyle, clipped, type FigureOptions, gridStyle, writeKey } from "./svgStyle.ts";

/** A model in a scatter plot, with its name beside it. */
export interface LabelledPoint {
  readonly name: string;
  /** Models of one family are joined by a line. */
  readonly family: string;
  /** Low complexity is drawn in the accent. */
  readonly low: boolean;
  readonly x: number;
  readonly y: number;
}

/**
 * A scatter plot with x on a log scale and y a share from 0 on: S against white-box error, V against transfer rate.
 * Points whose x is not positive are left out. Demontis et al., 2019, Fig. 6a-b.
 */
export function labelledScatter(
  given: readonly LabelledPoint[],
  names: { readonly x: string; readonly y: string },
  { document }: FigureOptions,
): SVGSVGElement {
  const points = given.filter(({ x }) => x > 0);
  const domain = spread(points.map(({ x }) => x));
  const most = Math.max(...points.map(({ y }) => y), 0);
  const top = most > 0.5 ? 1 : 0.1 * Math.ceil(10 * most + 0.5);
  const title = ({ name, x, y }: LabelledPoint) => `${name}: ${names.x} ${short(x)}, ${names.y} ${short(y)}`;
  const drawing = Plot.plot({
    document,
    ...scatterSize,
    x: { type: "log", domain, label: names.x },
    y: { domain: [0, top] },
    marks: [
      Plot.gridY({ ...gridStyle, ticks: 5 }),
      Plot.axisY({
        ...axisStyle,
        ticks: 5,
        tickFormat: (share: number) => `${Math.round(100 * share)} %`,
        label: null,
      }),
      Plot.axisX({ ...axisStyle, ticks: logTicks(domain), tickFormat: short, labelAnchor: "right" }),
      Plot.line(points, { x: "x", y: "y", z: "family", stroke: muted, strokeOpacity: 0.6 }),
      Plot.dot(points, { x: "x", y: "y", r: 4, fill: ({ low }: LabelledPoint) => (low ? accent : ink), title }),
    ],
  });
  nameY(drawing, names.y);
  const pixels = points.map((point) => ({ ...toPixels(drawing, point.x, point.y), point }));
  const labels = pixels.map(({ x, y, point: { name, low } }) => ({
    x,
    y,
    text: clipped(name, 18),
    colour: low ? accent : ink,
  }));
  placeLabels(drawing, labels, pixels, scatterFrame);
  const key = [
    { mark: "dot", colour: ink, text: "high complexity" },
    { mark: "dot", colour: accent, text: "low" },
    { mark: "line", colour: muted, text: "one learner" },
  ] as const;
  writeKey(drawing, key, scatterFrame.left);
  return applySvgStyle(drawing, "models", `${names.y} against ${names.x}, ${points.length} models`);
}
