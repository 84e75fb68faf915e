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

/** A warning where ranges of features are very different, and nobody said what budgets are in. */
export function unitsWarnings(
  domain: Domain,
  { units }: UnitsOptions,
  epsilon: readonly number[] | undefined,
): readonly string[] {
  if (units !== undefined || sharedInterval(domain)) return [];
  const factor = factorOfRanges(domain);
  if (factor <= VERY_DIFFERENT) return [];
  const differ = `ranges of features differ by a factor of ${Number(factor.toPrecision(2))}`;
  const file = "--features says what a change of each column costs, and which can change at all";
  return [
    epsilon === undefined
      ? `Budgets are taken in units of ranges, as ${differ}: a range says nothing of what a change takes. ${file}.`
      : `Budgets are taken in the features' own units, but ${differ}: what moves one from bound to bound hardly ` +
        `moves another. --units ranges measures each in units of its range; ${file}.`,
  ];
}
