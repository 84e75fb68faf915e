// Why poisoning transferred in a study: correlations over pairs of models, and the paper's claims.

import type { CorrelationPanel } from "../../transfer/correlations.ts";
import type { Claim } from "../claim.ts";
import { evidenceOf, undefinedV } from "../evidence.ts";
import { poisoningClaimsOf } from "./claims.ts";
import type { PoisoningResult } from "./plan.ts";

/** What a study of poisoning explains: correlations and claims. */
export interface PoisoningExplanation {
  /** R against rho and against the black/white ratio at each fraction; p-values adjusted over all of them. */
  readonly correlations: CorrelationPanel;
  readonly claims: readonly Claim[];
  /** What could not be computed, and why. */
  readonly undefinedFor: readonly string[];
}

export type PoisoningExplained = Pick<PoisoningResult, "study" | "repetitions" | "transferRates" | "variability">;

/** Explains a study of poisoning from its numbers alone. */
export function explainPoisoning(result: PoisoningExplained): PoisoningExplanation {
  const { study } = result;
  const evidence = evidenceOf(
    result,
    study,
    [...study.fractions].sort((a, b) => a - b),
    (fraction) => `at ${Number((100 * fraction).toPrecision(3))} %`,
    // Targets that were not poisoned white-box have neither rho nor ratio: their columns would be empty.
    (targets, cells) =>
      cells.some(({ alignment }) => alignment !== undefined)
        ? targets.filter((id) => cells.some(({ surrogate }) => surrogate === id))
        : [],
  );
  const { correlations } = evidence;
  return {
    correlations,
    claims: poisoningClaimsOf(evidence),
    undefinedFor: [...undefinedV(result, study), ...correlations.undefinedFor],
  };
}
