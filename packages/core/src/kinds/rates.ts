// Rates of surrogates as rows of a table.

import type { Found } from "../study/evidence.ts";
import { budgetOf } from "../study/measured.ts";

/** The transfer rates of each surrogate at each budget. */
export function ratesOf({ transferRates }: Pick<Found, "transferRates">, budgets: readonly number[]) {
  const rate = (surrogate: string, budget: number) =>
    transferRates.find((each) => each.surrogate === surrogate && budgetOf(each) === budget)?.rate;
  return [...new Set(transferRates.map(({ surrogate }) => surrogate))].map(
    (name) => [name, budgets.map((budget) => rate(name, budget))] as const,
  );
}
