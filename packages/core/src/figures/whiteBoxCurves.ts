// Errors of every target under its own white-box attack, against the budget (paper Fig. 5).

import * as Plot from "@observablehq/plot";
import { percent } from "../numbers.ts";
import type { CurvePoint } from "../study/evasion/result.ts";
import { accent, hairline, ink, muted } from "./palette.ts";
import { applySvgStyle, axisStyle, clipped, type FigureOptions, gridStyle, writeKey } from "./svgStyle.ts";

/** A curve to lay under that of a target: what somebody else measured. */
export interface ReferenceCurve {
  readonly epsilons: readonly number[];
  readonly errors: readonly number[];
}

/** What is known of the model of a curve: curves of one family share a panel. */
export interface CurveModel {
  readonly family: string;
  readonly low: boolean;
  readonly printed?: ReferenceCurve | undefined;
}

/**
 * White-box error against epsilon, one panel per family of targets; low complexity in the accent, high dark, with bands
 * of two standard errors and, dotted, the curve that the paper prints. Demontis et al., 2019, Fig. 5. The budget may
 * have another name, and errors another largest value.
 */
export function whiteBoxCurves(
  curves: readonly CurvePoint[],
  modelOf: (target: string) => CurveModel,
  { document }: FigureOptions,
  { name, top }: { readonly name: string; readonly top: number } = { name: "ε", top: 1 },
): SVGSVGElement {
  const targets = [...new Set(curves.map(({ target }) => target))];
  const families = [...new Set(targets.map((target) => modelOf(target).family))];
  const across = Math.min(3, families.length);
  const deep = Math.ceil(families.length / across);
  const place = (target: string) => {
    const { family, low } = modelOf(target);
    const panel = families.indexOf(family);
    return { fx: panel % across, fy: Math.floor(panel / across), z: target, low };
  };
  const points = curves.map(({ target, epsilon, error, standardError = 0 }) => ({
    ...place(target),
    epsilon,
    error,
    from: Math.max(0, error - 2 * standardError),
    to: Math.min(1, error + 2 * standardError),
    title: `${target}, ${name} ${epsilon}: ${percent(error)} %`,
  }));
  const references = targets.flatMap((target) => {
    const curve = modelOf(target).printed;
    return curve ? curve.epsilons.map((epsilon, i) => ({ ...place(target), epsilon, error: curve.errors[i] })) : [];
  });
  const names = families.map((family, i) => ({ text: clipped(family), fx: i % across, fy: Math.floor(i / across) }));
  const facet = { fx: "fx", fy: "fy", z: "z", x: "epsilon" } as const;
  const marks = [true, false].flatMap((low) => {
    const colour = low ? accent : ink;
    const own = points.filter((point) => point.low === low);
    return [
      Plot.areaY(own, { ...facet, y1: "from", y2: "to", fill: colour, fillOpacity: 0.16 }),
      Plot.line(own, { ...facet, y: "error", stroke: colour, strokeWidth: 1.8 }),
      Plot.dot(own, { fx: "fx", fy: "fy", x: "epsilon", y: "error", r: 2, fill: colour, title: "title" }),
    ];
  });
  const drawing = Plot.plot({
    document,
    width: 48 + 16 + across * 240,
    height: 56 + 40 + deep * 190,
    marginLeft: 48,
    marginTop: 56,
    marginBottom: 40,
    marginRight: 16,
    fx: { domain: Array.from({ length: across }, (_, i) => i), padding: 0.12, axis: null },
    fy: { domain: Array.from({ length: deep }, (_, i) => i), padding: 0.24, axis: null },
    x: { domain: [0, Math.max(...curves.map(({ epsilon }) => epsilon))], label: name },
    y: { domain: [0, top] },
    style: { fontSize: "12px" },
    marks: [
      Plot.axisY({
        ...axisStyle,
        ticks: [0, top / 2, top],
        tickFormat: (share: number) => `${100 * share} %`,
        label: null,
      }),
      Plot.axisX({ ...axisStyle, ticks: 5, labelAnchor: "right" }),
      Plot.gridY([0, top / 2, top], gridStyle),
      Plot.ruleY([0], { stroke: hairline }),
      Plot.line(references, { ...facet, y: "error", stroke: muted, strokeWidth: 1.4, strokeDasharray: "2 3" }),
      ...marks,
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
  const key = [
    { mark: "line", colour: ink, text: "high complexity" },
    { mark: "line", colour: accent, text: "low complexity" },
    ...(references.length > 0 ? [{ mark: "dashed", colour: muted, text: "printed in the paper" } as const] : []),
  ] as const;
  writeKey(drawing, key, 48);
  return applySvgStyle(
    drawing,
    "white-box",
    `White-box error against ${name === "ε" ? "epsilon" : name} of ${targets.length} targets`,
  );
}
