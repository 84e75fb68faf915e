// The paper's findings on poisoning as claims that a study can hold or not, each with its numbers.

import { alignmentPredicts, type Claim, claim, noFamilies, sizeAndError } from "../claim.ts";
import type { Evidence } from "../evidence.ts";
import { displacement, similarComplexity } from "./claimsOnComplexity.ts";
import { otherLearners, ratiosAboveOne, variabilityDoesNotMatter } from "./claimsOnTransfer.ts";
import { percent } from "./inMeans.ts";

/**
 * Claims P1 to P7 of Demontis et al. 2019 on the means over repetitions: errors at the smallest fraction (.05 in the
 * paper), R, rho and ratios at the largest (.2).
 *
 * A claim about families holds where it holds in each of them, beyond chance: by a sign test over repetitions.
 */
export function poisoningClaimsOf(evidence: Evidence): Claim[] {
  const { budgets } = evidence;
  const [smallest, largest] = [budgets[0], budgets[budgets.length - 1]];
  return [
    claim(
      "P1",
      `within each family the model of high complexity has larger S and larger white-box error at ${percent(smallest)}`,
      sizeAndError(evidence, smallest),
      noFamilies,
    ),
    similarComplexity(evidence, largest),
    // The paper's own test, which takes pairs for independent; what relabelling whole models says stands beside it.
    claim(
      "P3",
      "R correlates with rho and with the black/white ratio (analytic p below .05)",
      alignmentPredicts(evidence, largest, largest, false),
      "no correlation is defined",
    ),
    ratiosAboveOne(evidence, largest),
    variabilityDoesNotMatter(evidence, smallest),
    displacement(evidence),
    otherLearners(evidence, largest),
  ];
}
