// Whether a stranger's model is read right: what its scores and gradients on labelled rows give away, a sentence each.

import { stream } from "../random.ts";
import { wilson } from "../stats/wilson.ts";
import { rowSize, sliceRows, type Tensor } from "../tensor.ts";
import { argMax, crossEntropy } from "./losses.ts";
import type { OpenModel } from "./open.ts";

/** What was found, and what that may mean. */
export interface Doubt {
  readonly check: "randomness" | "neighbours" | "scores" | "chance" | "saturation" | "gradients" | "differences";
  readonly sentence: string;
}

/** Rows that are asked for scores again and again. */
const FEW = 16;

/** Numbers of the rows that are asked for gradients; at least FEW rows are. */
const MOST_NUMBERS = 2 ** 17;

/** The probability from which a row counts as saturated: the next float32 but one is 1. */
const SATURATED = 1 - 1e-6;

/**
 * What is suspicious of a model on labelled rows; empty where nothing is.
 *
 * Looked at: whether scores are finite and differ between rows, whether asking again or asking for fewer rows gives
 * others, whether the accuracy is that of chance (95 % Wilson interval against agreement of independent labels), whether
 * probabilities are 0 or 1, whether gradients are zero, and whether they agree with central differences of the loss.
 *
 * @param x [N, ...] rows as the model takes them
 * @param labels N positions in the scores
 */
export async function checkModel(model: OpenModel, x: Tensor, labels: Int32Array): Promise<readonly Doubt[]> {
  const scores = await model.scores(x);
  const few = sliceRows(x, 0, Math.min(FEW, x.shape[0]));
  const doubts = [
    ...checkScores(scores, model.probabilities),
    ...checkAccuracy(argMax(scores), labels, model.classes),
    ...(model.differentiable ? checkSaturation(scores, model.probabilities) : []),
    ...(await checkRepetition(model, few, scores)),
  ];
  // Differences of scores that change from call to call say nothing.
  if (doubts.some(({ check }) => check === "randomness" || check === "scores")) return doubts;
  return [...doubts, ...(await checkGradients(model, x, labels))];
}

function doubt(check: Doubt["check"], sentence: string): readonly Doubt[] {
  return [{ check, sentence }];
}

/** Scores that are no numbers, no probabilities where they should be, or the same for every row. */
export function checkScores(scores: Tensor, probabilities: boolean): readonly Doubt[] {
  const [n, k] = scores.shape;
  const data = scores.data as Float32Array;
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const rows = countRows(scores, (row) => !row.every(Number.isFinite));
    return doubt(
      "scores",
      `Scores of ${rows} of ${n} rows are no finite numbers, as ${data[bad]} in row ${Math.floor(bad / k)}; a row with NaN counts as wrong: is the range of the features what the model expects?`,
    );
  }
  if (probabilities && data.some((value) => value < -1e-4 || value > 1 + 1e-4)) {
    return doubt(
      "scores",
      "Scores are taken for probabilities, because of their name or the operator that makes them, but some are not between 0 and 1: export the logits.",
    );
  }
  if (n < 2 || !data.every((value, i) => value === data[i % k])) return [];
  return doubt(
    "scores",
    `All ${n} rows get the same scores: is the range of the features what the model expects (--normalize)?`,
  );
}

/** Predictions that agree with the labels no more often than chance would have it. */
export function checkAccuracy(predicted: Int32Array, labels: Int32Array, classes: number): readonly Doubt[] {
  const n = labels.length;
  const share = (of: Int32Array, k: number) => of.reduce((count, label) => count + (label === k ? 1 : 0), 0) / n;
  let chance = 0;
  for (let k = 0; k < classes; k++) chance += share(predicted, k) * share(labels, k);
  const right = labels.reduce((count, label, i) => count + (label === predicted[i] ? 1 : 0), 0);
  if (chance === 1 || (wilson(right, n)?.low ?? 1) > chance) return [];
  const percent = (value: number) => `${Number((100 * value).toPrecision(2))} %`;
  return doubt(
    "chance",
    `Of ${n} rows ${percent(right / n)} are right, and chance would give ${percent(chance)}: are the labels, the order of the classes (--classes) and the range of the features (--normalize) what the model expects?`,
  );
}

/** Probabilities of 1, up to rounding, for most rows. */
export function checkSaturation(scores: Tensor, probabilities: boolean): readonly Doubt[] {
  const n = scores.shape[0];
  const losses = crossEntropy(scores, argMax(scores), probabilities);
  const count = losses.reduce((sum, loss) => sum + (Math.exp(-loss) >= SATURATED ? 1 : 0), 0);
  if (2 * count <= n) return [];
  return doubt(
    "saturation",
    `For ${count} of ${n} rows one class has probability 1 but for rounding: the loss hardly changes around them, so that its gradients say little; is the range of the features what the model expects (--normalize)?`,
  );
}

/** Rows whose scores change when asked again, or are others than the given ones of more rows when asked alone. */
async function checkRepetition(model: OpenModel, x: Tensor, scores: Tensor): Promise<readonly Doubt[]> {
  const [once, again] = [await model.scores(x), await model.scores(x)];
  const numbersOf = (tensor: Tensor) => tensor.data as Float32Array;
  const largest = numbersOf(scores).reduce(
    (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
    0,
  );
  // What is not finite and stays the same has not changed.
  const difference = (a: number, b: number) => (Object.is(a, b) ? 0 : Math.abs(a - b));
  const change = (a: Tensor, b: Tensor) =>
    numbersOf(a).reduce((most, value, i) => Math.max(most, difference(value, numbersOf(b)[i])), 0);
  const random = change(again, once);
  if (random > 0) {
    return doubt(
      "randomness",
      `Asked twice, the model gives other scores, by up to ${random.toPrecision(2)}: it draws random numbers, or was exported in training mode; export it for evaluation.`,
    );
  }
  const alone = await model.scores(sliceRows(x, 0, 1));
  const moved = change(alone, scores);
  if (moved <= 1e-3 * largest) return [];
  return doubt(
    "neighbours",
    `Asked alone, a row gets other scores than among others, by up to ${moved.toPrecision(2)}: the model mixes rows, as batch normalisation in training mode does; export it for evaluation.`,
  );
}

/** Gradients that are zero or not finite, or that are not what the loss does around the rows. */
async function checkGradients(model: OpenModel, all: Tensor, labels: Int32Array): Promise<readonly Doubt[]> {
  if (!model.differentiable) return [];
  const n = Math.min(all.shape[0], Math.max(FEW, Math.floor(MOST_NUMBERS / rowSize(all))));
  const x = sliceRows(all, 0, n);
  const { gradient } = await model.differentiable.inputGradient("margin", x, labels.subarray(0, n));
  const zero = countRows(gradient, (row) => row.every((value) => value === 0));
  const infinite = countRows(gradient, (row) => !row.every(Number.isFinite));
  const disagreeing = await compareDifferences(model, sliceRows(x, 0, Math.min(FEW, n)), labels.subarray(0, FEW));
  return [
    ...(2 * zero > n
      ? doubt(
          "gradients",
          `For ${zero} of ${n} rows the gradient is zero: scores are saturated there, or pass through what is constant almost everywhere, such as rounding; attacks by gradients find nothing.`,
        )
      : []),
    ...(infinite > 0
      ? doubt(
          "gradients",
          `For ${infinite} of ${n} rows the gradient is not finite, as that of a square root or a logarithm at 0; such rows are left out of S, R and V.`,
        )
      : []),
    ...(disagreeing === undefined
      ? []
      : doubt(
          "differences",
          `Gradients are not what scores do around ${disagreeing}: the model rounds its features, or hides its gradients; attacks by gradients are weaker on it than they could be.`,
        )),
  ];
}

/** Steps of differences, as shares of the size of the features. */
const STEPS = [1e-2, 5e-3] as const;

/**
 * How many of the rows' gradients disagree with central differences of the loss by more than a fifth, where most do.
 *
 * Along the gradient and along a random direction. Rows at which two steps tell different things, or the loss does not
 * change beyond the rounding of float32, are not counted.
 */
async function compareDifferences(model: OpenModel, x: Tensor, labels: Int32Array): Promise<string | undefined> {
  const { gradient } = await model.differentiable!.inputGradient("crossEntropy", x, labels);
  const d = rowSize(x);
  const data = x.data as Float32Array;
  const size = data.reduce((most: number, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const random = stream(0, "checks");
  const along = Float64Array.from(gradient.data);
  const across = Float64Array.from(along, () => (random.uniform() < 0.5 ? -1 : 1));
  const disagrees = new Set<number>();
  const comparable = new Set<number>();
  for (const direction of [normalized(along, d), normalized(across, d)]) {
    const differences: Float64Array[] = [];
    for (const step of STEPS) {
      const at = async (sign: number) => {
        const moved = { ...x, data: data.map((value, i) => value + sign * step * size * direction[i]) } as Tensor;
        return crossEntropy(await model.scores(moved), labels, model.probabilities);
      };
      const [above, below] = [await at(1), await at(-1)];
      differences.push(above.map((value, i) => (value - below[i]) / (2 * step * size)));
    }
    for (let i = 0; i < labels.length; i++) {
      let slope = 0;
      for (let j = i * d; j < (i + 1) * d; j++) slope += (gradient.data[j] as number) * direction[j];
      const [wide, narrow] = differences.map((values) => values[i]);
      if (!Number.isFinite(slope + wide + narrow)) continue;
      const largest = Math.max(Math.abs(narrow), Math.abs(slope));
      if (largest * STEPS[1] * size < 1e-3 || Math.abs(wide - narrow) > 0.1 * Math.max(Math.abs(wide), largest))
        continue;
      comparable.add(i);
      if (Math.abs(slope - narrow) > 0.2 * largest) disagrees.add(i);
    }
  }
  return comparable.size > 0 && 2 * disagrees.size > comparable.size
    ? `${disagrees.size} of ${comparable.size} rows`
    : undefined;
}

/** Each row of length d at Euclidean length 1; rows of zeros stay. */
function normalized(values: Float64Array, d: number): Float64Array {
  const result = Float64Array.from(values);
  for (let from = 0; from < values.length; from += d) {
    const row = result.subarray(from, from + d);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)) || 1;
    for (let j = 0; j < d; j++) row[j] /= length;
  }
  return result;
}

function countRows(x: Tensor, is: (row: Float32Array) => boolean): number {
  const d = rowSize(x);
  const data = x.data as Float32Array;
  return Array.from({ length: x.shape[0] }, (_, i) => is(data.subarray(i * d, (i + 1) * d))).filter(Boolean).length;
}
