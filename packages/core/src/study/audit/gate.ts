// A gate: rules that an audit has to keep, such as `transfer > 0.20 at 1`, decided on intervals.

import { percentage, percentInterval } from "../../numbers.ts";
import type { Interval } from "../../stats/sample.ts";
import { TARGET } from "../names.ts";
import type { AuditResult } from "../result.ts";
import type { GateQuantity, GateRule } from "./gateRule.ts";
import { type ComparedAudit, increases } from "./increase.ts";
import type { AuditSamples } from "./samples.ts";

/** What of the 95 % interval has to be beyond the limit for a rule to fail: all of it, the estimate, or any of it. */
export const gateBounds = ["sure", "likely", "possible"] as const;
/** The name of how much of an interval has to be beyond a limit. */
export type GateBound = (typeof gateBounds)[number];

/** What became of a rule at one budget. */
export interface GateFinding extends GateRule {
  /** Absent where the audit does not say. */
  readonly measured?: Interval;
  /**
   * "warned": the estimate is beyond the limit, but not all of the interval, which was asked for. "undecided": the
   * audit does not say; a gate that is not kept for certain is not passed.
   */
  readonly status: GateStatus;
  readonly sentence: string;
}

/** What can become of a rule, the worst first. */
export const gateStatuses = ["failed", "undecided", "warned", "passed"] as const;
/** What became of a rule. */
export type GateStatus = (typeof gateStatuses)[number];

/** What an audit has to keep. */
export interface AuditGate {
  readonly rules: readonly GateRule[];
  readonly bound: GateBound;
  /** The audit that `increase` is measured from. */
  readonly baseline?: ComparedAudit;
}

/** What became of the rules of a gate. @throws InputError where the audit cannot be compared with the earlier one */
export function gateFindings(
  { rules, bound, baseline }: AuditGate,
  result: AuditResult,
  samples: readonly AuditSamples[],
): GateFinding[] {
  const own = samples.filter(({ target }) => target === TARGET);
  const found = baseline ? increases({ result, samples: own }, baseline) : [];
  const byBudget = result.asked.epsilons.map((epsilon) => found.find((each) => each.epsilon === epsilon)?.difference);
  return decideGate(rules, bound, result, byBudget);
}

/** Whether a build goes on: a rule that nothing can be said of is not kept. */
export const isKeptBy = (findings: readonly GateFinding[]): boolean =>
  findings.every(({ status }) => status === "passed" || status === "warned");

const verdicts: Readonly<Record<GateStatus, string>> = {
  failed: "Gate failed",
  undecided: "Gate failed",
  warned: "Gate warning",
  passed: "Gate passed",
};

/** The findings in lines, the worst first. */
export function gateLines(findings: readonly GateFinding[]): string[] {
  return gateStatuses.flatMap((status) =>
    findings.filter((each) => each.status === status).map(({ sentence }) => `${verdicts[status]}: ${sentence}.`),
  );
}

/**
 * Decides rules on an audit: one finding for each budget that a rule is about.
 *
 * `transfer` is the largest error among all that was tried, with the largest bounds of intervals that hold for all of
 * it and all budgets at once (`standingsOf`), so that the strongest of many on the same points is no stronger than it
 * may be. `increases` holds, for each budget of the audit, the interval of the difference to an earlier one.
 */
export function decideGate(
  rules: readonly GateRule[],
  bound: GateBound,
  result: Pick<AuditResult, "asked" | "standings" | "models" | "shortfall">,
  increases: readonly (Interval | undefined)[] = [],
): GateFinding[] {
  return decideRules(rules, bound, result.asked.epsilons, ({ quantity }, budget) =>
    measure(quantity, result, budget, increases),
  );
}

/**
 * Decides rules, one finding for each budget that a rule is about, on what is measured at the budget of that number (-1
 * for none), or the reason why nothing is.
 */
export function decideRules(
  rules: readonly GateRule[],
  bound: GateBound,
  epsilons: readonly number[],
  measured: (rule: GateRule, budget: number) => Interval | string,
): GateFinding[] {
  return rules.flatMap((rule) => {
    const at = rule.quantity === "clean" ? [undefined] : rule.epsilon === undefined ? epsilons : [rule.epsilon];
    return at.map((epsilon) => {
      const own = { ...rule, ...(epsilon !== undefined && { epsilon }) };
      const found = measured(rule, epsilon === undefined ? -1 : epsilons.indexOf(epsilon));
      return typeof found === "string" ? undecided(own, found) : decided(own, bound, found);
    });
  });
}

/** The quantity at a budget, or why the audit does not say. */
function measure(
  quantity: GateQuantity,
  { standings, shortfall, models }: Pick<AuditResult, "standings" | "shortfall" | "models">,
  budget: number,
  increases: readonly (Interval | undefined)[],
): Interval | string {
  if (quantity === "clean") return models.find(({ id }) => id === TARGET)!.cleanError;
  if (quantity === "white-box") {
    return standings.white?.[budget] ?? "there is no white-box attack, as the target gives no gradients";
  }
  const errors = (standings.tried ?? standings.ranking).map((each) => each.errors[budget]);
  if (errors.length === 0) return "no surrogate could be attacked";
  if (shortfall?.shows === "nothing") return "no surrogate is better than chance";
  if (quantity === "increase") return increases[budget] ?? "the earlier audit has no such budget";
  const most = (part: keyof Interval) => Math.max(...errors.map((each) => each[part]));
  return { estimate: most("estimate"), low: most("low"), high: most("high") };
}

const subjectOf = ({ quantity, epsilon }: GateRule) =>
  epsilon === undefined ? quantity : `${quantity} at ε = ${epsilon}`;

function undecided(rule: GateRule, why: string): GateFinding {
  return { ...rule, status: "undecided", sentence: `nothing can be said of ${subjectOf(rule)}: ${why}` };
}

function decided(rule: GateRule, bound: GateBound, measured: Interval): GateFinding {
  const { side, limit } = rule;
  const isBeyond = (value: number) => (side === ">" ? value > limit : value < limit);
  const { low, high, estimate } = measured;
  const deciding = { sure: side === ">" ? low : high, likely: estimate, possible: side === ">" ? high : low }[bound];
  const status = isBeyond(deciding) ? "failed" : isBeyond(estimate) ? "warned" : "passed";
  const relation = side === ">" ? "above" : "below";
  const words = {
    sure: { failed: `is ${relation}`, warned: `may be ${relation}`, passed: `is not shown to be ${relation}` },
    likely: { failed: `is likely ${relation}`, warned: "", passed: `is not likely ${relation}` },
    possible: { failed: `may be ${relation}`, warned: "", passed: `is not ${relation}` },
  }[bound][status];
  return {
    ...rule,
    measured,
    status,
    sentence: `${subjectOf(rule)} ${words} ${percentage(limit)}: ${percentInterval(measured)}`,
  };
}
