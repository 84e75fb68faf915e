// What budgets are measured in, as an option of verbs that attack.

import type { Domain } from "@carom/core";
import { factorOfRanges, sharedInterval, VERY_DIFFERENT } from "@carom/core/data";
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

/**
 * A warning where a budget that somebody gave is one for features of very different ranges, and nobody said what it is
 * in.
 */
export function unitsWarnings(
  domain: Domain,
  { units }: UnitsOptions,
  epsilon: readonly number[] | undefined,
): readonly string[] {
  if (units !== undefined || epsilon === undefined || sharedInterval(domain)) return [];
  const factor = factorOfRanges(domain);
  if (factor <= VERY_DIFFERENT) return [];
  return [
    "Budgets are taken in the features' own units, but ranges of features differ by a factor of " +
      `${Number(factor.toPrecision(2))}: what moves one from bound to bound hardly moves another. --units ranges ` +
      "measures each in units of its range.",
  ];
}
