// What budgets are measured in, as an option of verbs that attack.

import type { Domain } from "@carom/core";
import { factorOfRanges, rangeUnits, sharedInterval, VERY_DIFFERENT } from "@carom/core/data";
import { type BudgetUnits, unitsOfBudgets } from "@carom/core/study";
import { type Command, Option } from "commander";

export interface UnitsOptions {
  readonly units?: BudgetUnits;
}

/** Adds --units. */
export function withUnitsOption(command: Command): Command {
  return command.addOption(
    new Option(
      "--units <name>",
      "what budgets are in: the features' own units, or each feature in units of its range (ranges)",
    ).choices(unitsOfBudgets),
  );
}

/** What was asked for; where nothing was, ranges if the budgets are chosen by default and features have bounds of their own. */
export function unitsOf(domain: Domain, { units }: UnitsOptions, epsilon: readonly number[] | undefined): BudgetUnits {
  return units ?? (epsilon === undefined && !sharedInterval(domain) ? "ranges" : "features");
}

/** One budget where nobody gave any: 1, or in units of ranges what is 1 on 28 x 28 features, sqrt(D) / 28 of the D that vary. */
export function defaultBudget(domain: Domain, units: BudgetUnits): number {
  if (units === "features") return 1;
  const varying = rangeUnits(domain).filter((range) => range > 0).length;
  return Number((Math.sqrt(varying) / 28).toPrecision(6));
}

/** A warning where a budget that somebody gave is one for features of very different ranges, and nobody said what it is in. */
export function unitsWarnings(
  domain: Domain,
  { units }: UnitsOptions,
  epsilon: readonly number[] | undefined,
): readonly string[] {
  if (units !== undefined || epsilon === undefined || sharedInterval(domain)) return [];
  const factor = factorOfRanges(domain);
  if (factor <= VERY_DIFFERENT) return [];
  return [
    `Budgets are taken in the features' own units, but ranges of features differ by a factor of ${Number(factor.toPrecision(2))}: ` +
      "what moves one from bound to bound hardly moves another. --units ranges measures each in units of its range.",
  ];
}
