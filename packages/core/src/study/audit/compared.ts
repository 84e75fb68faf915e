// Two versions of a model compared: the numbers, what they say in words, and whether a gate is kept.

import type { AuditedVersion } from "./auditedVersion.ts";
import { type AuditComparison, compareAudits } from "./comparison.ts";
import { comparisonSummary } from "./comparisonSummary.ts";
import { type AuditGate, decideRules, type GateFinding } from "./gate.ts";

/** Something of each of two versions of a model. */
export interface Versions<T> {
  readonly first: T;
  readonly second: T;
}

/** What a comparison has to keep: rules on the increase alone. */
export type ComparisonGate = Pick<AuditGate, "rules" | "bound">;

/** What a comparison found, and what it was made from. */
export interface ComparisonOutput {
  readonly comparison: AuditComparison;
  readonly versions: Versions<AuditedVersion>;
  readonly answer: readonly string[];
  readonly findings: readonly GateFinding[];
}

/** Compares two audits and decides the rules of a gate, if any. @throws InputError as `compareAudits` does */
export function compared({ first, second }: Versions<AuditedVersion>, gate?: ComparisonGate): ComparisonOutput {
  const found = compareAudits(first, second);
  const { epsilons } = found.asked;
  const isAtChance = [first, second].some(({ result }) => result.shortfall?.shows === "nothing");
  const findings = gate
    ? decideRules(gate.rules, gate.bound, epsilons, (_, budget) =>
        isAtChance
          ? "no surrogate is better than chance"
          : (found.increases.find(({ epsilon }) => epsilon === epsilons[budget])?.difference ??
            "no surrogate was attacked there in both audits"),
      )
    : [];
  const nothing = isAtChance ? ["Surrogates are no better than chance, so little follows from what they do."] : [];
  return {
    ...{ comparison: found, versions: { first, second }, findings },
    answer: [...nothing, ...comparisonSummary(found)],
  };
}
