// What explanations and claims of a study look at, whatever its kind: means over repetitions, V, and correlations with
// R.

import { COSINE_ROUNDING } from "../stats/ties.ts";
import { type Association, type CorrelationPanel, correlationPanel } from "../transfer/correlations.ts";
import type { SurrogateVariability } from "./evasion/variability.ts";
import { type Budgeted, isWhole, type Measured } from "./measured.ts";
import { type MeanCell, type MeanModel, meanCells, meanModels } from "./repetitionMeans.ts";

/** What a study of either kind asks, as far as its explanation depends on it. */
interface EvidenceQuestion {
  readonly seed: number;
  readonly permutations: number;
  readonly metrics: readonly string[];
  readonly variability: { readonly sets: number; readonly definition?: "perPoint" | "ofMean" };
}

/** What an explanation is made of. */
export interface Found {
  readonly repetitions: readonly Measured[];
  /** Plain mean over targets and repetitions: the paper's transfer rate of a surrogate. */
  readonly transferRates: readonly (Budgeted & { readonly surrogate: string; readonly rate: number })[];
  readonly variability: readonly SurrogateVariability[];
}

/** What claims are decided by: means over repetitions and correlations. */
export interface Evidence extends Found {
  /** Ascending for poisoning, as asked for evasion. */
  readonly budgets: readonly number[];
  readonly models: readonly MeanModel[];
  readonly cells: readonly MeanCell[];
  /** Ids; surrogates on a share of the rows are left out. */
  readonly surrogates: readonly string[];
  /** V of surrogates under the study's definition, per point where it has none. */
  readonly V: ReadonlyMap<string, number>;
  readonly correlations: CorrelationPanel;
}

/**
 * The evidence of a study. R is correlated with rho and with the black/white ratio at each budget, over surrogates by
 * the targets that `columns` chooses; `at` says how labels call a budget.
 */
export function evidenceOf(
  found: Found,
  study: EvidenceQuestion,
  budgets: readonly number[],
  at: (budget: number) => string,
  columns: (targets: readonly string[], cells: readonly MeanCell[]) => readonly string[],
): Evidence {
  const models = meanModels(found.repetitions);
  const cells = meanCells(found.repetitions);
  const surrogates = models.filter((model) => model.role === "surrogate" && isWhole(model)).map(({ id }) => id);
  const targets = columns(
    models.filter(({ role }) => role === "target").map(({ id }) => id),
    cells,
  );
  const matrix = (budget: number, value: (cell: MeanCell) => number | undefined) =>
    surrogates.map((surrogate) =>
      targets.map((target) => {
        const cell = cells.find(
          (each) => each.surrogate === surrogate && each.target === target && each.budget === budget,
        );
        return cell && value(cell);
      }),
    );
  const against = (quantity: "rho" | "ratio", value: (cell: MeanCell) => number | undefined): Association[] =>
    budgets.map((budget) => ({
      x: "R",
      y: `${quantity === "rho" ? "rho" : "black/white ratio"} ${at(budget)}`,
      ...{ quantity, budget },
      xCells: matrix(budget, ({ alignment }) => alignment),
      yCells: matrix(budget, value),
      xRounding: COSINE_ROUNDING,
      ...(quantity === "rho" && { yRounding: COSINE_ROUNDING }),
    }));
  const hasRho = cells.some(({ perturbationCorrelation }) => perturbationCorrelation !== undefined);
  const associations =
    targets.length === 0
      ? []
      : [
          ...(hasRho ? against("rho", (cell) => cell.perturbationCorrelation) : []),
          ...against("ratio", ({ ratio }) => ratio),
        ];
  const { seed, permutations } = study;
  const { definition = "perPoint" } = study.variability;
  return {
    ...found,
    ...{ budgets, models, cells, surrogates },
    V: new Map(found.variability.map((each) => [each.surrogate, each[definition]])),
    correlations: correlationPanel(associations, { seed, permutations }),
  };
}

/** Why there is no V, where there is none. */
export function undefinedV({ variability, repetitions }: Found, study: EvidenceQuestion): string[] {
  if (!study.metrics.includes("variability")) return ["V: not among the metrics of the study"];
  const surrogates = repetitions[0].models.filter(({ role }) => role === "surrogate");
  const given = surrogates.filter(({ learner }) => learner === undefined);
  return [
    ...(variability.length > 0 || given.length === surrogates.length
      ? []
      : [`V: undefined, it is a variance over training sets and there is ${study.variability.sets}`]),
    ...given.map(
      ({ id, name = id }) => `V of ${name}: undefined, it is a variance over training sets and the model was given`,
    ),
  ];
}
