// Why poisoning transferred in a study: correlations over pairs of models, and the paper's claims.

import { mean } from "../stats/describe.ts";
import { COSINE_ROUNDING } from "../stats/ties.ts";
import { type Association, type CorrelationPanel, correlationPanel } from "../transfer/correlations.ts";
import type { Claim } from "./claim.ts";
import type { PoisoningResult } from "./poisoning.ts";
import { poisoningClaimsOf } from "./poisoningClaims.ts";
import type { PoisonCell, PoisonModel, PoisonTransfer } from "./poisoningResult.ts";

export interface PoisoningExplanation {
  /** R against rho and against the black/white ratio at each fraction; p-values adjusted over all of them. */
  readonly correlations: CorrelationPanel;
  readonly claims: readonly Claim[];
  /** What could not be computed, and why. */
  readonly undefinedFor: readonly string[];
}

export type PoisoningExplained = Pick<PoisoningResult, "study" | "repetitions" | "transferRates" | "variability">;

/** How quantities at a fraction are called: "at 5 %". */
export const atFraction = (fraction: number) => `at ${Number((100 * fraction).toPrecision(3))} %`;

/** A model, means over repetitions; what some repetition lacks is absent. */
export interface MeanPoisonModel extends Pick<PoisonModel, "id" | "role" | "learner" | "complexity"> {
  readonly cleanError?: number;
  /** S. */
  readonly size?: number;
  readonly displacement?: number;
}

/** One surrogate on one target at one fraction, means over repetitions. */
export interface MeanPoisonCell extends Pick<PoisonCell, "surrogate" | "target" | "fraction"> {
  readonly error: number;
  readonly netIncrease: number;
  readonly ratio?: number;
  /** R. */
  readonly alignment?: number;
  /** rho. */
  readonly perturbationCorrelation?: number;
}

/** What claims look at. */
export interface PoisoningEvidence extends PoisoningExplained {
  /** Ascending. */
  readonly fractions: readonly number[];
  readonly models: readonly MeanPoisonModel[];
  readonly cells: readonly MeanPoisonCell[];
  /** Mean over validation points of V of each surrogate. */
  readonly V: ReadonlyMap<string, number>;
  readonly correlations: CorrelationPanel;
}

/** Explains a study of poisoning from its numbers alone. */
export function explainPoisoning(result: PoisoningExplained): PoisoningExplanation {
  const { study, repetitions, variability } = result;
  const fractions = [...study.fractions].sort((a, b) => a - b);
  const models = repetitions[0].models.map((model) => meanModel(model, repetitions));
  const cells = repetitions[0].cells.map((cell) => meanCell(cell, repetitions));
  const correlations = correlationPanel(associations(fractions, models, cells), {
    seed: study.seed,
    permutations: study.permutations,
  });
  const V = new Map(variability.map(({ surrogate, perPoint }) => [surrogate, perPoint]));
  return {
    correlations,
    claims: poisoningClaimsOf({ ...result, fractions, models, cells, V, correlations }),
    undefinedFor: [...undefinedV(result), ...correlations.undefinedFor],
  };
}

function meanModel(first: PoisonModel, repetitions: readonly PoisonTransfer[]): MeanPoisonModel {
  const same = repetitions.map(({ models }) => models.find(({ id }) => id === first.id)!);
  const { id, role, learner, complexity } = first;
  return {
    ...{ id, role, learner },
    ...(complexity && { complexity }),
    ...known({
      cleanError: whole(same.map(({ cleanError }) => cleanError?.estimate)),
      size: whole(same.map(({ gradientSize }) => gradientSize?.estimate)),
      displacement: whole(same.map(({ displacement }) => displacement?.estimate)),
    }),
  };
}

function meanCell({ surrogate, target, fraction }: PoisonCell, repetitions: readonly PoisonTransfer[]): MeanPoisonCell {
  const isPair = (each: { readonly surrogate: string; readonly target: string }) =>
    each.surrogate === surrogate && each.target === target;
  const same = repetitions.map(({ cells }) => cells.find((cell) => isPair(cell) && cell.fraction === fraction)!);
  return {
    ...{ surrogate, target, fraction },
    error: mean(same.map(({ errorUnderAttack }) => errorUnderAttack.estimate))!,
    netIncrease: mean(same.map(({ netIncrease }) => netIncrease.estimate))!,
    ...known({
      ratio: whole(same.map(({ ratio }) => ratio)),
      alignment: whole(repetitions.map(({ pairs }) => pairs.find(isPair)?.alignment.estimate)),
      perturbationCorrelation: whole(same.map((cell) => cell.perturbationCorrelation)),
    }),
  };
}

/** The mean of values of which none is missing. */
function whole(values: readonly (number | undefined)[]): number | undefined {
  return values.every((value) => value !== undefined) ? mean(values as readonly number[]) : undefined;
}

/** Leaves out what is not known. */
function known<T extends object>(values: { readonly [name in keyof T]: T[name] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function associations(
  fractions: readonly number[],
  models: readonly MeanPoisonModel[],
  cells: readonly MeanPoisonCell[],
): Association[] {
  const ids = (role: PoisonModel["role"]) => models.filter((model) => model.role === role).map(({ id }) => id);
  // Targets that were not poisoned white-box have neither rho nor ratio: their columns would be empty.
  const whiteBox = ids("target").filter((id) => cells.some(({ surrogate }) => surrogate === id));
  const matrix = (fraction: number, value: (cell: MeanPoisonCell) => number | undefined) =>
    ids("surrogate").map((surrogate) =>
      whiteBox.map((target) => {
        const cell = cells.find(
          (each) => each.surrogate === surrogate && each.target === target && each.fraction === fraction,
        );
        return cell && value(cell);
      }),
    );
  const against = (y: string, fraction: number, value: (cell: MeanPoisonCell) => number | undefined): Association => ({
    x: "R",
    y: `${y} ${atFraction(fraction)}`,
    xCells: matrix(fraction, ({ alignment }) => alignment),
    yCells: matrix(fraction, value),
    xRounding: COSINE_ROUNDING,
    ...(y === "rho" && { yRounding: COSINE_ROUNDING }),
  });
  if (!cells.some(({ alignment }) => alignment !== undefined)) return [];
  const hasRho = cells.some(({ perturbationCorrelation }) => perturbationCorrelation !== undefined);
  return [
    ...(hasRho ? fractions.map((at) => against("rho", at, (cell) => cell.perturbationCorrelation)) : []),
    ...fractions.map((at) => against("black/white ratio", at, ({ ratio }) => ratio)),
  ];
}

function undefinedV({ study, variability }: PoisoningExplained): string[] {
  if (variability.length > 0) return [];
  if (!study.metrics.includes("variability")) return ["V: not among the metrics of the study"];
  return [`V: undefined, it is a variance over training sets and there is ${study.variability.sets}`];
}
