// Rates of surrogates as rows of a table.

import type { Found } from "../study/evidence.ts";
import { rateOf } from "../study/measured.ts";

/** The transfer rates of each surrogate at each budget. */
export function ratesOf(found: Pick<Found, "transferRates">, budgets: readonly number[]) {
  return [...new Set(found.transferRates.map(({ surrogate }) => surrogate))].map(
    (name) => [name, budgets.map((budget) => rateOf(found, name, budget))] as const,
  );
}
