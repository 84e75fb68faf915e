// Why poisoning transferred in a study: correlations over pairs of models, and the paper's claims.

import { evidenceOf, undefinedV } from "../evidence.ts";
import { poisoningClaimsOf } from "./claims.ts";
import type { PoisoningExplained, PoisoningExplanation } from "./result.ts";

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
    claims: study.claims ? poisoningClaimsOf(evidence) : [],
    undefinedFor: [...undefinedV(result, study), ...correlations.undefinedFor],
  };
}
