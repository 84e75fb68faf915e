// One quantity of pairs of models against another: points, the regression line, its band, and the statistics.

import * as Plot from "@observablehq/plot";
import { short } from "../numbers.ts";
import { confidenceBand, type RegressionLine } from "../stats/regression.ts";
import type { Correlation } from "../transfer/correlations.ts";
import { permutationPText } from "../transfer/correlations.ts";
import { accent, ink, muted } from "./palette.ts";
import { nameY, scatterSize } from "./scatter.ts";
import { append, applySvgStyle, axisStyle, type FigureOptions, gridStyle } from "./svgStyle.ts";

/** A point of a scatter plot. */
export interface CorrelationPoint {
  readonly x: number;
  readonly y: number;
  /** Shown on hovering, such as the names of the two models. */
  readonly title: string;
}

/** Steps at which the band is drawn. */
const STEPS = 24;

/**
 * The scatter plot of an association with its least-squares line and the line's 95 % confidence band; above it the
 * correlations with their permutation p-values. Demontis et al., 2019, Fig. 6c-d.
 */
export function correlationScatter(
  points: readonly CorrelationPoint[],
  names: { readonly x: string; readonly y: string },
  line: RegressionLine | undefined,
  correlations: readonly Correlation[],
  { document }: FigureOptions,
): SVGSVGElement {
  const xs = points.map(({ x }) => x);
  const [low, high] = [Math.min(...xs), Math.max(...xs)];
  const band = line
    ? Array.from({ length: STEPS + 1 }, (_, i) => low + ((high - low) * i) / STEPS).map((x) => {
        const height = line.intercept + line.slope * x;
        const interval = confidenceBand(line, x);
        return { x, height, low: interval?.low ?? height, high: interval?.high ?? height };
      })
    : [];
  const drawing = Plot.plot({
    document,
    ...scatterSize,
    x: { label: names.x, nice: true },
    y: { nice: true },
    marks: [
      Plot.gridY({ ...gridStyle, ticks: 5 }),
      Plot.axisY({ ...axisStyle, ticks: 5, label: null }),
      Plot.axisX({ ...axisStyle, ticks: 5, labelAnchor: "right" }),
      Plot.areaY(band, { x: "x", y1: "low", y2: "high", fill: accent, fillOpacity: 0.14 }),
      Plot.line(band, { x: "x", y: "height", stroke: accent, strokeWidth: 1.6 }),
      Plot.dot(points, { x: "x", y: "y", r: 3, stroke: ink, strokeWidth: 1.2, title: "title" }),
    ],
  });
  nameY(drawing, names.y);
  const statistics = correlations
    .map(
      ({ coefficient, statistic, permutationP, permutations }) =>
        `${letters[coefficient]} ${statistic.toFixed(2)} (p ${permutationPText(permutationP, permutations)})`,
    )
    .join(", ");
  const place = { x: scatterSize.marginLeft, y: 16, fill: muted, "font-size": 12, "text-anchor": "start" };
  append(drawing, "text", place, statistics);
  const fit = line ? `, line ${short(line.slope)} x + ${short(line.intercept)}` : "";
  return applySvgStyle(
    drawing,
    "correlation",
    `${names.y} against ${names.x}, ${points.length} pairs${fit}; ${statistics}`,
  );
}

const letters = { pearson: "P", spearman: "S", kendall: "K" } as const;
