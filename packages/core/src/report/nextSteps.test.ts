// Each rule speaks where its reason holds, and only there; the numbers in a reason are those of the result.

import { expect, test } from "vitest";
import { madeUpAudit } from "../../test/auditResult.ts";
import { strongestTried } from "../study/audit/strongest.ts";
import type { AuditResult } from "../study/result.ts";
import { nextSteps } from "./nextSteps.ts";

const base = madeUpAudit();
const advice = (result: AuditResult) => nextSteps(result).map((step) => step.advice);
const interval = (estimate: number, half: number) => ({ estimate, low: estimate - half, high: estimate + half });

/** An audit in which surrogates and the white-box attack reach these, at every budget. */
function found(strongest: ReturnType<typeof interval>, white?: ReturnType<typeof interval>): AuditResult {
  const errors = base.asked.epsilons.map(() => strongest);
  const ranking = base.standings.ranking.map((each) => ({ ...each, errors }));
  const whites = white && { white: base.asked.epsilons.map(() => white) };
  return { ...base, standings: { ...base.standings, ranking, ...whites } };
}

test("more points where the interval is wide, and not where it is narrow", () => {
  expect(advice(found(interval(0.5, 0.2)))).toContain("Attack more points.");
  expect(advice(found(interval(0.5, 0.1)))).not.toContain("Attack more points.");
});

test("secrecy follows from the distance to the white-box attack, and its opposite excludes it", () => {
  const said = (strongest: number, white: number) => {
    const all = advice(found(interval(strongest, 0.02), interval(white, 0.02)));
    return [/keeping the model secret protected little/, /Keep the model and its gradients/].map((pattern) =>
      all.some((each) => pattern.test(each)),
    );
  };
  expect(said(0.78, 0.8)).toEqual([true, false]);
  expect(said(0.2, 0.8)).toEqual([false, true]);
  expect(said(0.5, 0.8)).toEqual([false, false]);
});

test("masked gradients come first, and nothing is concluded from the white-box error then", () => {
  const result = found(interval(0.78, 0.02), interval(0.3, 0.02));
  const masked = { surrogate: "mlp_H", epsilon: 1, error: 0.78, white: 0.3 };
  const steps = nextSteps({ ...result, standings: { ...result.standings, masked } });
  expect(steps[0].because).toBe(
    "points crafted on mlp_H mislead it more often (78 %) than its own white-box attack does (30 %), so its " +
      "gradients are masked",
  );
  expect(steps.filter((step) => /secret|gradients where/.test(step.advice))).toEqual([]);
});

test("a rule for builds holds for what was measured: not below its upper end", () => {
  const result = found(interval(0.313, 0.05));
  const step = advice(result).find((each) => each.includes("--fail-if"));
  const [, limit] = /transfer > ([\d.]+) at/.exec(step ?? "")!;
  expect(Number(limit)).toBeGreaterThanOrEqual(strongestTried(result)[0].high);
  expect(Number(limit) - strongestTried(result)[0].high).toBeLessThan(0.01);
});
