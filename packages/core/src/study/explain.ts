// Why attacks transferred in a study: correlations over pairs, findings in words, advice, and the paper's claims.

import { mean } from "../stats/describe.ts";
import { COSINE_ROUNDING } from "../stats/ties.ts";
import { type Association, type CorrelationPanel, correlationPanel } from "../transfer/correlations.ts";
import type { Claim } from "./claim.ts";
import { claimsOf } from "./claims.ts";
import { type Findings, findingsOf } from "./findings.ts";
import type { StudyResult } from "./gridResult.ts";
import { leftOutSentences } from "./leftOut.ts";
import { type MeanCell, type MeanModel, meanCells, meanModels } from "./means.ts";

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

/** What explanations and claims look at: means over repetitions. */
export interface Evidence extends Explained {
  readonly models: readonly MeanModel[];
  readonly cells: readonly MeanCell[];
  /** Ids in the order of the study; surrogates on a fraction of the rows are left out of correlations. */
  readonly surrogates: readonly string[];
  readonly targets: readonly string[];
  /** V of surrogates under the study's definition. */
  readonly V: ReadonlyMap<string, number>;
  readonly correlations: CorrelationPanel;
}

/** Explains a study from its numbers alone. */
export function explainStudy(result: Explained): Explanation {
  const { study, repetitions, variability } = result;
  const models = meanModels(repetitions);
  const cells = meanCells(repetitions);
  const surrogates = models.filter(({ role, id }) => role === "surrogate" && !id.includes("@")).map(({ id }) => id);
  const targets = models.filter(({ role }) => role === "target").map(({ id }) => id);
  const V = new Map(variability.map((each) => [each.surrogate, each[study.variability.definition]]));
  const correlations = correlationPanel(associations(study.attack.epsilons, cells, surrogates, targets), {
    seed: study.seed,
    permutations: study.permutations,
  });
  // The rule of variability compares V with a loss increase, so it takes V per point whatever the study prefers.
  const perPoint = new Map(variability.map((each) => [each.surrogate, each.perPoint]));
  const { epsilons } = study.attack;
  const found = findingsOf(models, cells, targets, perPoint, { epsilons, seed: study.seed });
  const taus = found.advice.flatMap(({ agreement }) => agreement?.kendall.estimate ?? []);
  const meanAgreement = mean(taus);
  return {
    correlations,
    ...found,
    claims: claimsOf({ ...result, models, cells, surrogates, targets, V, correlations }),
    ...(meanAgreement !== undefined && { meanAgreement }),
    undefinedFor: [
      ...undefinedV(result),
      ...correlations.undefinedFor,
      ...leftOutSentences(repetitions.flatMap((each) => each.models)),
    ],
  };
}

function associations(
  epsilons: readonly number[],
  cells: readonly MeanCell[],
  surrogates: readonly string[],
  targets: readonly string[],
): Association[] {
  const matrix = (epsilon: number, value: (cell: MeanCell) => number | undefined) =>
    surrogates.map((surrogate) =>
      targets.map((target) => {
        const cell = cells.find(
          (each) => each.surrogate === surrogate && each.target === target && each.epsilon === epsilon,
        );
        return cell && value(cell);
      }),
    );
  const against = (y: string, epsilon: number, value: (cell: MeanCell) => number | undefined): Association => ({
    x: "R",
    y: `${y} at epsilon ${epsilon}`,
    xCells: matrix(epsilon, ({ alignment }) => alignment),
    yCells: matrix(epsilon, value),
    xRounding: COSINE_ROUNDING,
    ...(y === "rho" && { yRounding: COSINE_ROUNDING }),
  });
  const hasRho = cells.some(({ perturbationCorrelation }) => perturbationCorrelation !== undefined);
  return [
    ...(hasRho ? epsilons.map((e) => against("rho", e, (cell) => cell.perturbationCorrelation)) : []),
    ...epsilons.map((e) => against("black/white ratio", e, ({ ratio }) => ratio)),
  ];
}

function undefinedV({ study, variability }: Explained): string[] {
  if (variability.length > 0) return [];
  if (!study.metrics.includes("variability")) return ["V: not among the metrics of the study"];
  return [`V: undefined, it is a variance over training sets and there is ${study.variability.sets}`];
}
