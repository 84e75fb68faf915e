// The target's error against the budget: the white-box attack beside each surrogate (paper Fig. 5 and 7).

import * as Plot from "@observablehq/plot";
import { percentInterval } from "../numbers.ts";
import { rateName, reached, reachedWithout } from "../study/goal.ts";
import type { AuditResult } from "../study/result.ts";
import { cellAt, normName, surrogatesOf, targetOf } from "./auditLookup.ts";
import { accent, hairline, ink } from "./palette.ts";
import { applySvgStyle, axisStyle, clipped, type FigureOptions, gridStyle, writeKey } from "./svgStyle.ts";

interface Step {
  readonly epsilon: number;
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  readonly fx: number;
  readonly fy: number;
  readonly title: string;
}

/**
 * Error under attack of the target against epsilon, one panel per surrogate, with the white-box attack for comparison
 * in each; bands are the intervals. At epsilon 0 stands the clean error.
 */
export function securityCurves(result: AuditResult, { document }: FigureOptions): SVGSVGElement {
  const target = targetOf(result);
  const surrogates = surrogatesOf(result);
  const across =
    surrogates.length <= 3
      ? Math.max(1, surrogates.length)
      : surrogates.length % 3 === 0 && surrogates.length < 10
        ? 3
        : 4;
  const deep = Math.max(1, Math.ceil(surrogates.length / across));
  const epsilons = [...result.asked.epsilons].sort((a, b) => a - b);

  const curve = (crafted: string, panel: number): Step[] => {
    const place = { fx: panel % across, fy: Math.floor(panel / across) };
    const without = reachedWithout(target);
    const { estimate, low, high } = without;
    const clean = { epsilon: 0, estimate, low, high, ...place, title: `clean: ${percentInterval(without)}` };
    const attacked = epsilons.flatMap((epsilon) => {
      const cell = cellAt(result, crafted, target.id, epsilon);
      if (!cell) return [];
      const rate = reached(cell);
      const title = `crafted on ${crafted}, ε = ${epsilon}: ${percentInterval(rate)}`;
      return [{ epsilon, estimate: rate.estimate, low: rate.low, high: rate.high, ...place, title }];
    });
    return attacked.length === 0 ? [] : [clean, ...attacked];
  };
  const panels = surrogates.length === 0 ? [target] : surrogates;
  const black = surrogates.flatMap(({ id }, i) => curve(id, i));
  const white = panels.flatMap((_, i) => curve(target.id, i));
  const names = surrogates.map(({ id }, i) => ({ text: clipped(id), fx: i % across, fy: Math.floor(i / across) }));
  const facet = { fx: "fx", fy: "fy", x: "epsilon" } as const;
  const panel = { fx: "fx", fy: "fy", z: panelOf } as const;

  const drawing = Plot.plot({
    document,
    width: 48 + 16 + across * 190,
    height: 56 + 40 + deep * 160,
    marginLeft: 48,
    marginTop: 56,
    marginBottom: 40,
    marginRight: 16,
    fx: { domain: range(across), padding: 0.12, axis: null },
    fy: { domain: range(deep), padding: 0.24, axis: null },
    x: { domain: [0, Math.max(...epsilons)], label: `ε (${normName(result.asked)})` },
    y: { domain: [0, 1] },
    style: { fontSize: "12px" },
    marks: [
      Plot.axisY({ ...axisStyle, ticks: [0, 0.5, 1], tickFormat: (share: number) => `${100 * share} %`, label: null }),
      Plot.axisX({ ...axisStyle, ticks: 5, labelAnchor: "right" }),
      Plot.gridY([0, 0.5, 1], gridStyle),
      Plot.ruleY([0], { stroke: hairline }),
      Plot.areaY(white, { ...facet, ...panel, y1: "low", y2: "high", fill: ink, fillOpacity: 0.12 }),
      Plot.line(white, { ...facet, ...panel, y: "estimate", stroke: ink, strokeWidth: 1.5, strokeDasharray: "5 3" }),
      Plot.areaY(black, { ...facet, ...panel, y1: "low", y2: "high", fill: accent, fillOpacity: 0.22 }),
      Plot.line(black, { ...facet, ...panel, y: "estimate", stroke: accent, strokeWidth: 2 }),
      Plot.dot(white, { ...facet, y: "estimate", r: 2, fill: ink, title: "title" }),
      Plot.dot(black, { ...facet, y: "estimate", r: 3, fill: accent, title: "title" }),
      Plot.text(names, {
        fx: "fx",
        fy: "fy",
        text: "text",
        frameAnchor: "top-left",
        dy: -18,
        fontWeight: 600,
        fill: ink,
      }),
    ],
  });
  writeKey(
    drawing,
    [
      { mark: "line", colour: accent, text: "crafted on the surrogate named above" },
      ...(white.length > 0 ? [{ mark: "dashed", colour: ink, text: "white-box" } as const] : []),
    ],
    48,
  );
  const { targetClass } = result.asked;
  const what =
    targetClass === undefined ? `Error under attack of ${target.id}` : `Share ${rateName(targetClass)} by ${target.id}`;
  const label = `${what} against epsilon: ${surrogates.length} panels, one per surrogate`;
  return applySvgStyle(drawing, "curves", label);
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const panelOf = ({ fx, fy }: Step) => `${fx} ${fy}`;
