// What comes of a question: the attacked digits at every budget, what both models make of them, and the three reasons.

import {
  type Attacker,
  argMax,
  buildAttacker,
  craftEvasion,
  crossEntropy,
  type Dataset,
  denseRows,
  errorRate,
  type FloatType,
  gradientAlignments,
  gradientSizes,
  type Norm,
  norms,
  type OpenModel,
  type Tensor,
} from "@carom/core";
import { mean } from "@carom/core/stats";
import { decomposition, lossVariability, pairFinding, predictedIncreases } from "@carom/core/transfer";
import { budgetsOf, type Question } from "./question.ts";

/** What a model makes of every digit at one budget. */
export interface Seen {
  /** Scores [N, K], row by row. */
  readonly scores: Float64Array;
  readonly losses: Float64Array;
}

/** Everything about one budget; means over the digits. */
export interface AtBudget {
  readonly epsilon: number;
  /** Points [N, d], row by row. */
  readonly points: Float32Array;
  readonly surrogate: Seen;
  readonly target: Seen;
  /** Shares of the digits that are misclassified. */
  readonly errors: { readonly surrogate: number; readonly target: number };
  /** Rises of the target's loss: to first order, as observed, and the most that the first order allows. */
  readonly rise: { readonly predicted: number; readonly observed: number; readonly bound: number };
}

export interface Answer {
  readonly labels: Int32Array;
  readonly classNames: readonly string[];
  readonly budgets: readonly AtBudget[];
  /** S of the target, mean over the digits. */
  readonly size: number;
  /** R of the pair, mean over the digits. */
  readonly alignment: number;
}

/** How points are crafted: how changes are measured, how large they may be, and by which attack. */
export interface Budgets {
  readonly norm: Norm;
  readonly epsilons: readonly number[];
  readonly attacker: Attacker;
}

/** The budgets of a question about the digits. */
export const budgetsIn = ({ norm, attack, booster }: Pick<Question, "norm" | "attack" | "booster">): Budgets => ({
  norm: norms[norm],
  epsilons: budgetsOf[norm],
  attacker: attackerOf({ attack, booster }),
});

/** The attacker of two choices, of which "strongest" and "none" leave it to what the models allow. */
export const attackerOf = ({ attack, booster }: Pick<Question, "attack" | "booster">): Attacker => ({
  ...(attack !== "strongest" && { attack: { name: attack } }),
  ...(booster !== "none" && { boosters: [{ name: booster }] }),
});

/** Looks at what both models make of the points that were crafted on the surrogate for every budget. */
export async function answer(
  { norm, epsilons }: Budgets,
  attacked: Dataset,
  surrogate: OpenModel,
  target: OpenModel,
  points: readonly Tensor<FloatType>[],
): Promise<Answer> {
  const [clean, labels] = [denseRows(attacked), attacked.labels];
  const [own, theirs] = [await lossGradients(surrogate, attacked), await lossGradients(target, attacked)];
  const size = (theirs && mean(gradientSizes(theirs, norm))) ?? Number.NaN;
  const start = await seen(target, clean, labels);
  const budgets: AtBudget[] = [];
  for (const [i, epsilon] of epsilons.entries()) {
    const [ours, other] = [await seen(surrogate, points[i], labels), await seen(target, points[i], labels)];
    budgets.push({
      epsilon,
      points: Float32Array.from(points[i].data),
      surrogate: ours,
      target: other,
      errors: { surrogate: errors(ours, labels), target: errors(other, labels) },
      rise: {
        predicted: (theirs && mean(predictedIncreases(clean, points[i], theirs))) ?? Number.NaN,
        observed: mean(other.losses)! - mean(start.losses)!,
        bound: epsilon * size,
      },
    });
  }
  return {
    labels,
    classNames: attacked.classNames,
    budgets,
    size,
    alignment: meanAlignment(own, theirs),
  };
}

/**
 * The points for every budget, crafted on a model, or on several at once; second starts are rows of the pool.
 *
 * @throws InputError for an attack or a booster that does not suit the norm or the rows
 */
export async function craft(
  { norm, epsilons, attacker }: Budgets,
  seed: number,
  attacked: Dataset,
  pool: Dataset,
  on: readonly OpenModel[],
  onProgress?: (done: number) => void,
): Promise<readonly Tensor<FloatType>[]> {
  const threat = { norm, domain: attacked.domain };
  const shape = attacked.featureShape;
  const { entry: _, secondStart, ...built } = buildAttacker(attacker, { threat, shape, models: on.length });
  const [first, ...others] = on.map(({ model, differentiable }) => ({ model, opened: differentiable! }));
  const results = await craftEvasion({
    ...first,
    ...built,
    ...(others.length > 0 && { others }),
    x: denseRows(attacked),
    labels: attacked.labels,
    threat,
    epsilons,
    ...(secondStart && { pool }),
    seed,
    ...(onProgress && { onProgress }),
  });
  return results.map(({ points }) => points);
}

async function seen(model: OpenModel, points: Tensor<FloatType>, labels: Int32Array): Promise<Seen> {
  const scores = await model.scores(points);
  return { scores: Float64Array.from(scores.data), losses: crossEntropy(scores, labels, model.probabilities) };
}

function errors({ scores }: Seen, labels: Int32Array): number {
  const shape = [labels.length, scores.length / labels.length];
  return errorRate(argMax({ type: "float64", shape, data: scores }), labels).estimate;
}

/** V: how much the loss of the digits varies over surrogates that were trained on other draws. */
export async function variability(models: readonly OpenModel[], attacked: Dataset): Promise<number | undefined> {
  const losses: Float64Array[] = [];
  for (const model of models) losses.push((await seen(model, denseRows(attacked), attacked.labels)).losses);
  return lossVariability(losses)?.perPoint;
}

/** A model's error at every budget. */
export async function judged(
  crafted: readonly Tensor<FloatType>[],
  model: OpenModel,
  labels: Int32Array,
): Promise<readonly number[]> {
  const shares: number[] = [];
  for (const points of crafted) shares.push(errors(await seen(model, points, labels), labels));
  return shares;
}

/** One pair of the matrix. */
export interface Cell {
  /** The target's error at every budget. */
  readonly errors: readonly number[];
  /** R, mean over the digits. */
  readonly alignment: number;
}

/** Judges the points that were crafted on a surrogate by each target that is asked for. */
export async function pairOf(
  attacked: Dataset,
  surrogate: OpenModel,
  points: readonly Tensor<FloatType>[],
): Promise<(target: OpenModel) => Promise<Cell>> {
  const own = await lossGradients(surrogate, attacked);
  return async (target) => ({
    errors: await judged(points, target, attacked.labels),
    alignment: meanAlignment(own, await lossGradients(target, attacked)),
  });
}

/** The gradient of each row's loss; undefined of a model that has none. */
export async function lossGradients(model: OpenModel, attacked: Dataset): Promise<Tensor<FloatType> | undefined> {
  const rows = denseRows(attacked);
  return (await model.differentiable?.inputGradient("crossEntropy", rows, attacked.labels))?.gradient;
}

/** Digits whose gradient vanishes have no direction and are left out. */
function meanAlignment(a: Tensor<FloatType> | undefined, b: Tensor<FloatType> | undefined): number {
  if (!a || !b) return Number.NaN;
  return mean(gradientAlignments(a, b).filter(Number.isFinite)) ?? Number.NaN;
}

/**
 * Which of the three reasons limits the attack at each budget, in the words of the command line's reports.
 *
 * @param whiteBox the target's error at each budget, attacked itself, or why it has no gradients
 */
export function sentences(
  { surrogate, target }: { readonly surrogate: string; readonly target: string },
  { budgets, alignment }: Answer,
  whiteBox: readonly number[] | { readonly noGradients: string },
  variability: number | undefined,
): readonly string[] {
  return budgets.map(({ epsilon, errors, rise }, i) => {
    const { sentence } = pairFinding({
      surrogate,
      target,
      epsilon,
      gain: "of error",
      netIncrease: errors.target - budgets[0].errors.target,
      ...("noGradients" in whiteBox
        ? whiteBox
        : {
            whiteBoxIncrease: whiteBox[i] - whiteBox[0],
            decomposition: decomposition(rise.observed, rise.predicted, rise.bound),
          }),
      ...(Number.isFinite(alignment) && { alignment }),
      ...(variability !== undefined && { variability }),
    });
    return sentence;
  });
}
