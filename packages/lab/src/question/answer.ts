// What comes of a question: the attacked digits at every budget, what both models make of them, and the three reasons.

import {
  argMax,
  craftEvasion,
  crossEntropy,
  type Dataset,
  denseRows,
  errorRate,
  type FloatType,
  gradientAlignments,
  gradientSizes,
  norms,
  type OpenModel,
  type Tensor,
} from "@carom/core";
import { mean } from "@carom/core/stats";
import { decomposition, lossVariability, pairFinding, predictedIncreases } from "@carom/core/transfer";
import type { Parts, Role } from "./models.ts";
import { budgetsOf, nameOf, type Question } from "./question.ts";

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

/** Looks at what both models make of the points that were crafted on the surrogate for every budget. */
export async function answer(
  question: Question,
  { attacked }: Parts,
  surrogate: OpenModel,
  target: OpenModel,
  points: readonly Tensor<FloatType>[],
): Promise<Answer> {
  const norm = norms[question.norm];
  const [clean, labels] = [denseRows(attacked), attacked.labels];
  const [own, theirs] = [await lossGradients(surrogate, attacked), await lossGradients(target, attacked)];
  const sizes = gradientSizes(theirs, norm);
  const start = await seen(target, clean, labels);
  const budgets: AtBudget[] = [];
  for (const [i, epsilon] of budgetsOf[question.norm].entries()) {
    const [ours, other] = [await seen(surrogate, points[i], labels), await seen(target, points[i], labels)];
    budgets.push({
      epsilon,
      points: Float32Array.from(points[i].data),
      surrogate: ours,
      target: other,
      errors: { surrogate: errors(ours, labels), target: errors(other, labels) },
      rise: {
        predicted: mean(predictedIncreases(clean, points[i], theirs))!,
        observed: mean(other.losses)! - mean(start.losses)!,
        bound: epsilon * mean(sizes)!,
      },
    });
  }
  return {
    labels,
    classNames: attacked.classNames,
    budgets,
    size: mean(sizes)!,
    alignment: meanAlignment(own, theirs),
  };
}

/** The points for every budget, crafted on a model that one of the sides has; second starts are rows of that side. */
export async function craft(
  question: Pick<Question, "norm" | "seed">,
  { attacked, ...pools }: Parts,
  role: Role,
  on: OpenModel,
): Promise<readonly Tensor<FloatType>[]> {
  const results = await craftEvasion({
    model: on.model,
    opened: on.differentiable!,
    x: denseRows(attacked),
    labels: attacked.labels,
    threat: { norm: norms[question.norm], domain: attacked.domain },
    epsilons: budgetsOf[question.norm],
    pool: pools[role],
    seed: question.seed,
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
  { attacked }: Parts,
  surrogate: OpenModel,
  points: readonly Tensor<FloatType>[],
): Promise<(target: OpenModel) => Promise<Cell>> {
  const own = await lossGradients(surrogate, attacked);
  return async (target) => ({
    errors: await judged(points, target, attacked.labels),
    alignment: meanAlignment(own, await lossGradients(target, attacked)),
  });
}

async function lossGradients(model: OpenModel, attacked: Dataset): Promise<Tensor<FloatType>> {
  return (await model.differentiable!.inputGradient("crossEntropy", denseRows(attacked), attacked.labels)).gradient;
}

/** Digits whose gradient vanishes have no direction and are left out. */
function meanAlignment(a: Tensor<FloatType>, b: Tensor<FloatType>): number {
  return mean(gradientAlignments(a, b).filter(Number.isFinite)) ?? Number.NaN;
}

/** Which of the three reasons limits the attack at each budget, in the words of the command line's reports. */
export function sentences(
  question: Question,
  { budgets, alignment }: Answer,
  whiteBox: readonly number[],
  variability: number | undefined,
): readonly string[] {
  return budgets.map(({ epsilon, errors, rise }, i) => {
    const { sentence } = pairFinding({
      surrogate: nameOf(question.surrogate),
      target: nameOf(question.target),
      epsilon,
      netIncrease: errors.target - budgets[0].errors.target,
      whiteBoxIncrease: whiteBox[i] - whiteBox[0],
      ...(Number.isFinite(alignment) && { alignment }),
      ...(variability !== undefined && { variability }),
      decomposition: decomposition(rise.observed, rise.predicted, rise.bound),
    });
    return sentence;
  });
}
