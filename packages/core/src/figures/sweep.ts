// What regularisation buys: errors, and S with V, over the values of one option. (paper Fig. 3)

import * as Plot from "@observablehq/plot";
import { short } from "../numbers.ts";
import type { Interval } from "../stats/sample.ts";
import type { SweepResult } from "../study/sweep/sweep.ts";
import { accent, ink } from "./palette.ts";
import { logTicks, nameY, scatterFrame, scatterSize, spread } from "./scatter.ts";
import { applySvgStyle, axisStyle, type FigureOptions, gridStyle, type KeyEntry, writeKey } from "./svgStyle.ts";

interface Row extends Interval {
  readonly value: string;
}

/** Clean error and error under attack with their 95 % intervals, over the values in ascending order. */
export function sweepErrors(result: SweepResult, options: FigureOptions): SVGSVGElement {
  const models = ascending(result);
  const rows = (pick: (model: (typeof models)[number]) => Interval): Row[] =>
    models.map((model) => ({ ...pick(model), value: String(model.value) }));
  const series = [
    { rows: rows(({ errorUnderAttack }) => errorUnderAttack), colour: accent, text: "under attack" },
    { rows: rows(({ cleanError }) => cleanError), colour: ink, text: "clean" },
  ];
  const scale: Plot.ScaleOptions = { domain: [0, 1] };
  const label = `Clean error and error under attack over ${result.asked.option}, ${models.length} values`;
  return draw(result, series, scale, { ticks: [0, 0.25, 0.5, 0.75, 1], tickFormat: percent }, "error", label, options);
}

/** S with its 95 % interval and V (per point), on a log scale, over the values in ascending order. */
export function sweepMetrics(result: SweepResult, options: FigureOptions): SVGSVGElement {
  const models = ascending(result);
  const sizes = models.flatMap(({ value, size }): Row[] => {
    return size && size.low > 0 ? [{ ...size, value: String(value) }] : [];
  });
  const variability = models.flatMap(({ value, variability: V }): Row[] => {
    const estimate = V?.perPoint;
    return estimate === undefined || estimate <= 0
      ? []
      : [{ estimate, low: estimate, high: estimate, value: String(value) }];
  });
  const series = [
    { rows: sizes, colour: accent, text: "input-gradient size S" },
    { rows: variability, colour: ink, text: "loss variability V" },
  ].filter(({ rows }) => rows.length > 0);
  const domain = spread(series.flatMap(({ rows }) => rows.flatMap(({ low, high }) => [low, high])));
  const label = `Input-gradient size and loss variability over ${result.asked.option}, ${models.length} values`;
  const ticks = { ticks: logTicks(domain), tickFormat: short };
  return draw(result, series, { type: "log", domain }, ticks, "S and V", label, options);
}

function draw(
  { asked }: SweepResult,
  series: readonly { readonly rows: readonly Row[]; readonly colour: string; readonly text: string }[],
  y: Plot.ScaleOptions,
  ticks: { readonly ticks: number[]; readonly tickFormat: (value: number) => string },
  nameOfY: string,
  label: string,
  { document }: FigureOptions,
): SVGSVGElement {
  const values = [...asked.values].sort((a, b) => a - b).map(String);
  const drawing = Plot.plot({
    document,
    ...scatterSize,
    x: { type: "point", domain: values, label: asked.option },
    y,
    marks: [
      Plot.gridY(ticks.ticks, gridStyle),
      Plot.axisY({ ...axisStyle, ...ticks, label: null }),
      Plot.axisX({ ...axisStyle, labelAnchor: "right" }),
      ...series.flatMap(({ rows, colour }) => [
        Plot.areaY(rows, { x: "value", y1: "low", y2: "high", fill: colour, fillOpacity: 0.12 }),
        Plot.line(rows, { x: "value", y: "estimate", stroke: colour, strokeWidth: 1.6 }),
        Plot.dot(rows, { x: "value", y: "estimate", r: 3, fill: colour }),
      ]),
    ],
  });
  nameY(drawing, nameOfY);
  const key = series.map(({ colour, text }): KeyEntry => ({ mark: "line", colour, text }));
  writeKey(drawing, key, scatterFrame.left);
  return applySvgStyle(drawing, "sweep", label);
}

const ascending = ({ models }: SweepResult) => [...models].sort((a, b) => a.value - b.value);
const percent = (share: number) => `${100 * share} %`;
