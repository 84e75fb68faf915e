// How far the first-order approximation carries: predicted against observed loss (paper Eq. 16).

import * as Plot from "@observablehq/plot";
import { short } from "../numbers.ts";
import type { AuditCell, AuditResult } from "../study/result.ts";
import { cellsAlone, targetOf } from "./auditLookup.ts";
import { accent, muted } from "./palette.ts";
import { logTicks, nameY, scatterFrame, scatterSize, spread } from "./scatter.ts";
import { applySvgStyle, axisStyle, type FigureOptions, gridStyle, writeKey } from "./svgStyle.ts";

/**
 * Observed increase of the judged model's loss against the first-order prediction, mean of delta . gradient, for all
 * budgets; both axes logarithmic, so pairs without a rise on both are left out (the label counts them). The smaller
 * the budget the smaller the dot.
 */
export function predictedLoss(result: AuditResult, { document }: FigureOptions): SVGSVGElement {
  const target = targetOf(result).id;
  const predicted = cellsAlone(result).filter((cell) => cell.predictedIncrease !== undefined);
  const cells = predicted.filter((cell) => (cell.predictedIncrease ?? 0) > 0 && (cell.lossIncrease ?? 0) > 0);
  const own = cells.filter((cell) => cell.target === target);
  const others = cells.filter((cell) => cell.target !== target);
  const epsilons = [...result.asked.epsilons].sort((a, b) => a - b);
  const radius = (cell: AuditCell) => 2 + (3 * epsilons.indexOf(cell.epsilon)) / Math.max(1, epsilons.length - 1);
  const title = (cell: AuditCell) =>
    `crafted on ${cell.surrogate}, judged on ${cell.target}, ε = ${cell.epsilon}: ` +
    `predicted ${short(cell.predictedIncrease ?? 0)}, observed ${short(cell.lossIncrease ?? 0)}`;
  const domain = spread(cells.flatMap((cell) => [cell.predictedIncrease ?? 0, cell.lossIncrease ?? 0]));
  const ticks = logTicks(domain);
  const channels = { x: "predictedIncrease", y: "lossIncrease", r: radius, title } as const;
  const drawing = Plot.plot({
    document,
    ...scatterSize,
    x: { type: "log", domain, label: "predicted loss increase" },
    y: { type: "log", domain },
    r: { type: "identity" },
    marks: [
      Plot.gridY(ticks, gridStyle),
      Plot.axisY({ ...axisStyle, ticks, tickFormat: short, label: null }),
      Plot.axisX({ ...axisStyle, ticks, tickFormat: short, labelAnchor: "right" }),
      Plot.line(
        domain.map((end) => [end, end]),
        { stroke: muted, strokeDasharray: "5 3" },
      ),
      Plot.dot(others, { ...channels, stroke: muted, strokeWidth: 1.2 }),
      Plot.dot(own, { ...channels, fill: accent }),
    ],
  });
  const key = [
    { mark: "dot", colour: accent, text: "judged on the target" },
    { mark: "ring", colour: muted, text: "other pairs" },
    { mark: "dashed", colour: muted, text: "y = x" },
  ] as const;
  nameY(drawing, "observed loss increase");
  writeKey(drawing, key, scatterFrame.left);
  const label =
    `Observed against predicted loss increase, ${cells.length} pairs and budgets; ` +
    `${predicted.length - cells.length} without a rise left out`;
  return applySvgStyle(drawing, "predicted-loss", label);
}
