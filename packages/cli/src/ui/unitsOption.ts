// What budgets are measured in, as an option of verbs that attack.

import { type BudgetUnits, type Domain, rangeUnits, sharedInterval, unitsOfBudgets } from "@carom/core";
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

/** Ranges that differ by more than this make a budget in the features' own units mean little. */
const CLEARLY = 10;

/** A warning where a budget that somebody gave is one for features of very different ranges, and nobody said what it is in. */
export function unitsWarnings(
  domain: Domain,
  { units }: UnitsOptions,
  epsilon: readonly number[] | undefined,
): readonly string[] {
  if (units !== undefined || epsilon === undefined || sharedInterval(domain)) return [];
  const ranges = rangeUnits(domain).filter((range) => range > 0);
  const factor = ranges.reduce((a, b) => Math.max(a, b), 0) / ranges.reduce((a, b) => Math.min(a, b), Infinity);
  if (!(factor > CLEARLY)) return [];
  return [
    `Budgets are taken in the features' own units, but ranges of features differ by a factor of ${Number(factor.toPrecision(2))}: ` +
      "what moves one from bound to bound hardly moves another. --units ranges measures each in units of its range.",
  ];
}
