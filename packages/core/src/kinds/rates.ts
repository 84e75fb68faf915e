// Rates of surrogates as rows of a table.

import type { Found } from "../study/evidence.ts";
import { nameIn, rateOf } from "../study/measured.ts";

/** The transfer rates of each surrogate at each budget. */
export function ratesOf(found: Pick<Found, "transferRates" | "repetitions">, budgets: readonly number[]) {
  const name = nameIn(found.repetitions[0]);
  return [...new Set(found.transferRates.map(({ surrogate }) => surrogate))].map(
    (id) => [name(id), budgets.map((budget) => rateOf(found, id, budget))] as const,
  );
}
