// The answer of an audit as one small picture: what the strongest of all attackers reaches at each budget, beside what
// it must be told apart from: clean error, noise of the same size, and the white-box attack.

import * as Plot from "@observablehq/plot";
import { percentInterval } from "../numbers.ts";
import type { Interval } from "../stats/sample.ts";
import { noiseErrors, strongestTried } from "../study/audit/strongest.ts";
import { reachedWithout, targeted } from "../study/goal.ts";
import type { AuditResult } from "../study/result.ts";
import { normName, targetOf } from "./auditLookup.ts";
import { accent, hairline, ink, muted } from "./palette.ts";
import { applySvgStyle, axisStyle, type FigureOptions, gridStyle, type KeyEntry, writeKey } from "./svgStyle.ts";

/**
 * Error of the target against epsilon, or the share that it takes for the wanted class, in [0, 1]: of the strongest
 * attacker at each budget with the band of intervals that hold for all that was tried at once, of the white-box attack,
 * and of noise where it was tried. The level line is the clean error, or share.
 */
export function answerCurve(result: AuditResult, { document }: FigureOptions): SVGSVGElement {
  const { asked, standings } = result;
  const without = reachedWithout(targetOf(result));
  const curve = (name: string, errors: readonly Interval[]) => {
    if (errors.length === 0) return [];
    const clean = { epsilon: 0, ...without, title: `clean: ${percentInterval(without)}` };
    const attacked = errors.map((error, i) => {
      return {
        epsilon: asked.epsilons[i],
        ...error,
        title: `${name}, ε = ${asked.epsilons[i]}: ${percentInterval(error)}`,
      };
    });
    return [clean, ...attacked].sort((a, b) => a.epsilon - b.epsilon);
  };
  const strongest = curve("strongest attacker", strongestTried(result));
  const white = curve("white-box", standings.white ?? []);
  const noise = curve("noise", noiseErrors(result));
  const drawing = Plot.plot({
    document,
    ...{ width: 440, height: 270, marginLeft: 48, marginTop: 56, marginBottom: 40, marginRight: 16 },
    x: { domain: [0, Math.max(...asked.epsilons)], label: `ε (${normName(asked)})` },
    y: { domain: [0, 1] },
    style: { fontSize: "12px" },
    marks: [
      Plot.axisY({ ...axisStyle, ticks: [0, 0.5, 1], tickFormat: (share: number) => `${100 * share} %`, label: null }),
      Plot.axisX({ ...axisStyle, ticks: 5, labelAnchor: "right" }),
      Plot.gridY([0, 0.5, 1], gridStyle),
      Plot.ruleY([0], { stroke: hairline }),
      Plot.ruleY([without.estimate], { stroke: muted, strokeWidth: 1 }),
      Plot.line(white, { x: "epsilon", y: "estimate", stroke: ink, strokeWidth: 1.5, strokeDasharray: "5 3" }),
      Plot.line(noise, { x: "epsilon", y: "estimate", stroke: muted, strokeWidth: 1.5 }),
      Plot.areaY(strongest, { x: "epsilon", y1: "low", y2: "high", fill: accent, fillOpacity: 0.18 }),
      Plot.line(strongest, { x: "epsilon", y: "estimate", stroke: accent, strokeWidth: 2.2 }),
      Plot.dot(white, { x: "epsilon", y: "estimate", r: 2, fill: ink, title: "title" }),
      Plot.dot(noise, { x: "epsilon", y: "estimate", r: 3, fill: "none", stroke: muted, title: "title" }),
      Plot.dot(strongest, { x: "epsilon", y: "estimate", r: 3, fill: accent, title: "title" }),
    ],
  });
  const first: KeyEntry[] = [{ mark: "line", colour: accent, text: "strongest attacker without the model" }];
  const rest: KeyEntry[] = [{ mark: "line", colour: muted, text: "clean" }];
  if (noise.length > 0) rest.push({ mark: "ring", colour: muted, text: "noise of equal size" });
  if (white.length > 0) rest.push({ mark: "dashed", colour: ink, text: "white-box" });
  writeKey(drawing, first, 48);
  writeKey(drawing, rest, 48, 32);
  const what = targeted("Error of the target", asked.targetClass);
  return applySvgStyle(drawing, "answer", `${what} against epsilon: strongest attacker, clean, white-box`);
}
