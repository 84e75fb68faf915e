// Why evasion transferred in a study: correlations over pairs, findings in words, advice, and the paper's claims.

import { mean } from "../../stats/describe.ts";
import { evidenceOf, undefinedV } from "../evidence.ts";
import { findingsOf } from "../findings.ts";
import { leftOutSentences } from "../leftOut.ts";
import { claimsOf } from "./claims.ts";
import type { Explained, Explanation } from "./result.ts";

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
  const found = findingsOf(models, cells, targets, perPoint, {
    ...{ epsilons, seed: study.seed },
    targetClass: study.attack.targetClass,
  });
  const meanAgreement = mean(found.advice.flatMap(({ agreement }) => agreement?.kendall.estimate ?? []));
  return {
    correlations,
    ...found,
    claims: study.claims ? claimsOf({ ...evidence, norm, curves }) : [],
    ...(meanAgreement !== undefined && { meanAgreement }),
    undefinedFor: [
      ...undefinedV(result, study),
      ...correlations.undefinedFor,
      ...leftOutSentences(repetitions.flatMap((each) => each.models)),
    ],
  };
}
