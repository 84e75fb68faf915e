// How much more often one version of a model errs than another, attacker by attacker, with intervals.

import * as Plot from "@observablehq/plot";
import { percentInterval } from "../numbers.ts";
import { sourceName } from "../study/audit/attackerRows.ts";
import type { AuditComparison } from "../study/audit/comparison.ts";
import { TARGET } from "../study/names.ts";
import { accent, ink, muted, paper } from "./palette.ts";
import { applySvgStyle, axisStyle, clipped, type FigureOptions, gridStyle, textWidth } from "./svgStyle.ts";

const LINE = 24;

/** Differences of errors at a budget in percentage points, the largest first; filled where they are beyond chance. */
export function pairedDifferences(
  { cells }: Pick<AuditComparison, "cells">,
  epsilon: number,
  { document }: FigureOptions,
): SVGSVGElement {
  const rows = cells
    .filter((cell) => cell.epsilon === epsilon)
    .toSorted((a, b) => b.difference.estimate - a.difference.estimate)
    .map((cell) => {
      const { estimate, low, high } = cell.difference;
      const source = cell.surrogate === TARGET ? "white-box" : sourceName(cell);
      const isTold = cell.verdict !== "not told apart";
      const title = `${source}: ${percentInterval(cell.difference)}`;
      return { source, isTold, title, estimate: 100 * estimate, low: 100 * low, high: 100 * high };
    });
  const colour = ({ isTold }: (typeof rows)[number]) => (isTold ? accent : muted);
  const name = (source: string) => clipped(source, 30);
  // All budgets share one scale.
  const ends = cells.flatMap(({ difference: { low, high } }) => [100 * low, 100 * high]);
  const left = 12 + Math.max(...rows.map(({ source }) => textWidth(name(source), 12)));
  const drawing = Plot.plot({
    document,
    width: 520,
    height: 46 + LINE * rows.length,
    marginLeft: Math.ceil(left),
    marginRight: 18,
    marginTop: 8,
    marginBottom: 38,
    x: { label: "B less A, percentage points", domain: [Math.min(0, ...ends), Math.max(0, ...ends)], nice: true },
    y: { type: "band", domain: rows.map(({ source }) => source), label: null },
    marks: [
      Plot.gridX({ ...gridStyle, ticks: 6 }),
      Plot.axisX({
        ...axisStyle,
        ticks: 6,
        labelAnchor: "right",
        tickFormat: (value: number) => `${value}`.replace("-", "−"),
      }),
      Plot.axisY({ ...axisStyle, color: ink, tickFormat: name }),
      Plot.ruleX([0], { stroke: ink }),
      Plot.ruleY(rows, { y: "source", x1: "low", x2: "high", stroke: colour, strokeWidth: 2 }),
      Plot.dot(rows, {
        ...{ x: "estimate", y: "source", r: 4, stroke: colour, strokeWidth: 1.5, title: "title" },
        fill: (row: (typeof rows)[number]) => (row.isTold ? accent : paper),
      }),
    ],
  });
  return applySvgStyle(
    drawing,
    "differences",
    `Error of B less error of A at budget ${epsilon}, ${rows.length} attackers`,
  );
}
