// The answer of an audit as one small picture: what the strongest of all attackers reaches at each budget, beside what
// it must be told apart from: clean error, noise of the same size, and the white-box attack.

import { percentInterval } from "../numbers.ts";
import type { Interval } from "../stats/sample.ts";
import { noiseErrors, strongestTried } from "../study/audit/strongest.ts";
import { reachedWithout, targeted } from "../study/goal.ts";
import type { AuditResult } from "../study/result.ts";
import { type AnswerPoint, answerPlot } from "./answerPlot.ts";
import { normName, targetOf } from "./auditLookup.ts";
import type { FigureOptions } from "./svgStyle.ts";

/**
 * Error of the target against epsilon, or the share that it takes for the wanted class, in [0, 1]: of the strongest
 * attacker at each budget with the band of intervals that hold for all that was tried at once, of the white-box attack,
 * and of noise where it was tried. The level line is the clean error, or share.
 */
export function answerCurve(result: AuditResult, options: FigureOptions): SVGSVGElement {
  const { asked, standings } = result;
  const without = reachedWithout(targetOf(result));
  const curve = (name: string, errors: readonly Interval[]): AnswerPoint[] => {
    if (errors.length === 0) return [];
    const clean = { budget: 0, ...without, title: `clean: ${percentInterval(without)}` };
    const attacked = errors.map((error, i) => {
      const budget = asked.epsilons[i];
      return { budget, ...error, title: `${name}, ε = ${budget}: ${percentInterval(error)}` };
    });
    return [clean, ...attacked].sort((a, b) => a.budget - b.budget);
  };
  const noise = curve("noise", noiseErrors(result));
  const what = targeted("Error of the target", asked.targetClass);
  return answerPlot(
    {
      strongest: curve("strongest attacker", strongestTried(result)),
      white: curve("white-box", standings.white ?? []),
      others: noise.length > 0 ? [noise] : [],
      clean: without.estimate,
      axis: `ε (${normName(asked)})`,
      top: 1,
      names: { strongest: "strongest attacker without the model", others: "noise of equal size" },
      label: `${what} against epsilon: strongest attacker, clean, white-box`,
    },
    options,
  );
}
