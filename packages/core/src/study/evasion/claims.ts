// The paper's findings on evasion as claims that a study can hold or not, each with its numbers.

import { alignmentPredicts, type Claim, claim, noFamilies, sizeAndError } from "../claim.ts";
import { referenceBudget } from "../names.ts";
import { fewerRows, minimumBudget, transferOfLow, variabilityOfHigh, weightDecay } from "./claimsOnFamilies.ts";
import { forestsBreak, forestsResistFewChanges, orderOfErrors } from "./claimsOnLearners.ts";
import type { EvasionEvidence } from "./evasionEvidence.ts";

/**
 * Claims E1 to E10 of Demontis et al. 2019, on the means over repetitions, at epsilon 1 or else the smallest.
 *
 * A claim about families holds where it holds in each of them, beyond chance: by a sign test over repetitions, the
 * paper's Table 1.
 */
export function claimsOf(evidence: EvasionEvidence): Claim[] {
  const epsilon = referenceBudget(evidence.budgets);
  return [
    claim(
      "E1",
      "within each family the model of high complexity has larger S and larger white-box error",
      sizeAndError(evidence, epsilon),
      noFamilies,
    ),
    weightDecay(evidence, epsilon),
    transferOfLow(evidence, epsilon),
    variabilityOfHigh(evidence, epsilon),
    claim(
      "E5",
      "R correlates with rho and with the black/white ratio (Holm-adjusted p below .05, both kinds)",
      alignmentPredicts(evidence, Math.max(...evidence.budgets), epsilon, true),
      "no correlation is defined",
    ),
    fewerRows(evidence, epsilon),
    orderOfErrors(evidence, epsilon),
    minimumBudget(evidence),
    forestsBreak(evidence, epsilon),
    forestsResistFewChanges(evidence, epsilon),
  ];
}
