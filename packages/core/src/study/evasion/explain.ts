// Why evasion transferred in a study: correlations over pairs, findings in words, advice, and the paper's claims.

import { mean } from "../../stats/describe.ts";
import type { CorrelationPanel } from "../../transfer/correlations.ts";
import type { Claim } from "../claim.ts";
import { evidenceOf, undefinedV } from "../evidence.ts";
import { type Findings, findingsOf } from "../findings.ts";
import { leftOutSentences } from "../leftOut.ts";
import { claimsOf } from "./claims.ts";
import type { StudyResult } from "./read.ts";

/** What a study of evasion explains: correlations, findings, advice and claims. */
export interface Explanation extends Findings {
  /** R against rho at each budget, then R against the ratio; p-values adjusted over all of them. */
  readonly correlations: CorrelationPanel;
  readonly claims: readonly Claim[];
  /** Mean over targets of Kendall's tau between advised and observed rankings; absent where no target has one. */
  readonly meanAgreement?: number;
  /** What could not be computed, and why. */
  readonly undefinedFor: readonly string[];
}

/** What an explanation is made of. */
export type Explained = Pick<StudyResult, "study" | "repetitions" | "transferRates" | "variability" | "curves">;

/** Explains a study from its numbers alone. */
export function explainStudy(result: Explained): Explanation {
  const { study, repetitions, variability, curves } = result;
  const { epsilons, norm } = study.attack;
  const evidence = evidenceOf(
    result,
    study,
    epsilons,
    (epsilon) => `at epsilon ${epsilon}`,
    (targets) => targets,
  );
  const { models, cells, correlations } = evidence;
  const targets = models.filter(({ role }) => role === "target").map(({ id }) => id);
  // The rule of variability compares V with a loss increase, so it takes V per point whatever the study prefers.
  const perPoint = new Map(variability.map((each) => [each.surrogate, each.perPoint]));
  const found = findingsOf(models, cells, targets, perPoint, { epsilons, seed: study.seed });
  const meanAgreement = mean(found.advice.flatMap(({ agreement }) => agreement?.kendall.estimate ?? []));
  return {
    correlations,
    ...found,
    claims: claimsOf({ ...evidence, norm, curves }),
    ...(meanAgreement !== undefined && { meanAgreement }),
    undefinedFor: [
      ...undefinedV(result, study),
      ...correlations.undefinedFor,
      ...leftOutSentences(repetitions.flatMap((each) => each.models)),
    ],
  };
}
