// Whether a stranger's model is read right: what its scores and gradients on labelled rows give away, a sentence each.

import { norm } from "../linalg.ts";
import { stream } from "../random.ts";
import { rowSize, sliceRows, type Tensor, toFloat } from "../tensor.ts";
import { agreementOf } from "./chance.ts";
import { kindsOf } from "./inputs.ts";
import { checkKind, checkOwnLabels, checkTies } from "./kindChecks.ts";
import { argMax, crossEntropy } from "./losses.ts";
import { type ModelWarning, modelWarning } from "./modelWarning.ts";
import type { OpenModel } from "./open.ts";
import type { Service } from "./service.ts";

/** Rows that are asked for scores again and again; of many columns fewer, as each is copied often. */
const few = (columns: number) => Math.min(16, Math.max(4, Math.floor(2 ** 19 / columns)));

/** Numbers of the rows that are asked for gradients; at least a few rows are. */
const MOST_NUMBERS = 2 ** 17;

/** The probability from which a row counts as saturated: the next float32 but one is 1. */
const SATURATED = 1 - 1e-6;

/**
 * What is suspicious of a model on labelled rows; empty where nothing is.
 *
 * Looked at: whether scores are finite and differ between rows, whether they look like what they are read as, whether
 * the file's own labels are the classes of the highest, whether asking again or asking for fewer rows gives others,
 * whether the accuracy is that of chance (95 % Wilson interval against agreement of independent labels), whether
 * probabilities are 0 or 1, whether gradients are zero, and whether they agree with central differences of the loss.
 *
 * @param x [N, ...] rows as the model takes them
 * @param labels N positions in the scores
 */
export async function checkModel(model: OpenModel, x: Tensor, labels: Int32Array): Promise<readonly ModelWarning[]> {
  const scores = await model.scores(x);
  const first = sliceRows(x, 0, Math.min(few(rowSize(x)), x.shape[0]));
  const warnings = [
    ...checkScores(scores),
    ...checkKind(scores, model.probabilities),
    ...checkOwnLabels(scores, await model.labels(x), labels),
    ...checkTies(scores),
    ...checkAccuracy(argMax(scores), labels),
    ...(model.differentiable ? checkSaturation(scores, model.probabilities) : []),
    ...(await checkRepetition(model, first, scores)),
  ];
  // Differences of scores that change from call to call say nothing.
  if (warnings.some(({ check }) => check === "randomness" || check === "scores")) return warnings;
  return [...warnings, ...(await checkGradients(model, x, labels))];
}

const RANGE = "is the range of the features what the model expects (--normalize)?";
const SERVED_RANGE = "is the range of the features what the service expects?";

/**
 * What is suspicious of what a service answered about labelled rows, which costs no further question: scores as those
 * of a model, and lists of scores that seem to be sorted by size. Names of classes are checked against the labels
 * alone.
 */
export function checkAnswers(
  scores: Tensor,
  labels: Int32Array,
  { probabilities, answers }: Pick<Service, "probabilities" | "answers">,
): readonly ModelWarning[] {
  const accuracy = checkAccuracy(argMax(scores), labels, SERVED_RANGE);
  if (answers === "labels") return accuracy;
  const order = checkOrder(scores, labels);
  const saturation = checkSaturation(scores, probabilities, SERVED_RANGE);
  return [
    ...checkScores(scores, SERVED_RANGE),
    ...checkKind(scores, probabilities),
    ...(order.length > 0 ? order : accuracy),
    ...saturation,
  ];
}

/** Scores that fall from class to class, or rise, in every row, though rows of other classes are among them. */
function checkOrder(scores: Tensor, labels: Int32Array): readonly ModelWarning[] {
  const [n, k] = scores.shape;
  const data = scores.data as Float64Array;
  const isOrdered = (sign: number) => data.every((value, i) => i % k === 0 || sign * (value - data[i - 1]) >= 0);
  const sign = [1, -1].find(isOrdered);
  const varies = data.some((value, i) => value !== data[i % k]);
  const best = sign === 1 ? k - 1 : 0;
  if (n < 2 || sign === undefined || !varies || labels.every((label) => label === best)) return [];
  return modelWarning(
    "order",
    `In all ${n} answers the scores are ordered by size, the ${sign === 1 ? "largest last" : "largest first"}: ` +
      "they seem to be sorted in each answer, so that a place in the list is no class; give the way to lists that " +
      "hold labels beside scores in a mapping file, or to the first label alone (labels:).",
  );
}

/** Scores that are no numbers, or the same for every row. */
function checkScores(scores: Tensor, range = RANGE): readonly ModelWarning[] {
  const [n, k] = scores.shape;
  const data = scores.data as Float32Array;
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const rows = countRows(scores, (row) => !row.every(Number.isFinite));
    return modelWarning(
      "scores",
      `Scores of ${rows} of ${n} rows are no finite numbers, as ${data[bad]} in row ${Math.floor(bad / k)}; a ` +
        "row with NaN counts as wrong: is the range of the features what the model expects?",
    );
  }
  if (n < 2 || !data.every((value, i) => value === data[i % k])) return [];
  return modelWarning("scores", `All ${n} rows get the same scores: ${range}`);
}

/** Predictions that agree with the labels no more often than chance would have it, or never. */
function checkAccuracy(predicted: Int32Array, labels: Int32Array, range = RANGE): readonly ModelWarning[] {
  const { right, chance, isChance } = agreementOf(predicted, labels);
  if (!isChance && right > 0) return [];
  const percent = (value: number) => `${Number((100 * value).toPrecision(2))} %`;
  return modelWarning(
    "chance",
    `Of ${labels.length} rows ${percent(right)} are right, and chance would give ${percent(chance)}: are the ` +
      `labels and the order of the classes (--classes) what the model expects, and ${range}`,
  );
}

/** Probabilities of 1, up to rounding, for most rows. */
function checkSaturation(scores: Tensor, probabilities: boolean, range = RANGE): readonly ModelWarning[] {
  const n = scores.shape[0];
  const losses = crossEntropy(scores, argMax(scores), probabilities);
  const count = losses.reduce((sum, loss) => sum + (Math.exp(-loss) >= SATURATED ? 1 : 0), 0);
  if (2 * count <= n) return [];
  return modelWarning(
    "saturation",
    `For ${count} of ${n} rows one class has probability 1 but for rounding: the loss hardly changes around ` +
      `them, so that its gradients say little; ${range}`,
  );
}

/** Rows whose scores change when asked again, or are others than the given ones of more rows when asked alone. */
async function checkRepetition(model: OpenModel, x: Tensor, scores: Tensor): Promise<readonly ModelWarning[]> {
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
    return modelWarning(
      "randomness",
      `Asked twice, the model gives other scores, by up to ${random.toPrecision(2)}: it draws random numbers, ` +
        "or was exported in training mode; export it for evaluation.",
    );
  }
  const alone = await model.scores(sliceRows(x, 0, 1));
  const moved = change(alone, scores);
  if (moved <= 1e-3 * largest) return [];
  return modelWarning(
    "neighbours",
    `Asked alone, a row gets other scores than among others, by up to ${moved.toPrecision(2)}: the model mixes ` +
      "rows, as batch normalisation in training mode does; export it for evaluation.",
  );
}

/** Gradients that are zero or not finite, or that are not what the loss does around the rows. */
async function checkGradients(model: OpenModel, all: Tensor, labels: Int32Array): Promise<readonly ModelWarning[]> {
  if (!model.differentiable) return [];
  const most = few(rowSize(all));
  const n = Math.min(all.shape[0], Math.max(most, Math.floor(MOST_NUMBERS / rowSize(all))));
  const x = sliceRows(all, 0, n);
  const { gradient } = await model.differentiable.inputGradient("margin", x, labels.subarray(0, n));
  const zero = countRows(gradient, (row) => row.every((value) => value === 0));
  const infinite = countRows(gradient, (row) => !row.every(Number.isFinite));
  const first = sliceRows(x, 0, Math.min(most, n));
  const disagreeing = await compareDifferences(model, first, labels.subarray(0, most), movable(model, spreadOf(all)));
  return [
    ...(2 * zero > n
      ? modelWarning(
          "gradients",
          `For ${zero} of ${n} rows the gradient is zero: scores are saturated there, or pass through what is ` +
            "constant almost everywhere, such as rounding; attacks by gradients find nothing.",
        )
      : []),
    ...(infinite > 0
      ? modelWarning(
          "gradients",
          `For ${infinite} of ${n} rows the gradient is not finite, as that of a square root or a logarithm at ` +
            "0; such rows are left out of S, R and V.",
        )
      : []),
    ...(disagreeing === undefined
      ? []
      : modelWarning(
          "differences",
          `Gradients are not what scores do around ${disagreeing}: the model rounds its features, or hides its ` +
            "gradients; attacks by gradients are weaker on it than they could be.",
        )),
  ];
}

/** Steps of differences, as shares of what the features differ by between rows. */
const STEPS = [1e-2, 5e-3] as const;

/**
 * How many of the rows' gradients disagree with central differences of the loss by more than a fifth, where most do.
 *
 * Along the gradient and along a random direction, each feature in units of its own spread, so that a step is short
 * beside all of them. Rows at which two steps tell different things, or the loss does not change beyond the rounding of
 * float32, are not counted.
 */
async function compareDifferences(
  model: OpenModel,
  x: Tensor,
  labels: Int32Array,
  spread: Float64Array,
): Promise<string | undefined> {
  const { gradient } = await model.differentiable!.inputGradient("crossEntropy", x, labels);
  const d = spread.length;
  const { data } = toFloat(x, "float32");
  const random = stream(0, "checks");
  const along = (i: number) => (gradient.data[i] as number) * spread[i % d];
  const across = (i: number) => (spread[i % d] > 0 ? (random.uniform() < 0.5 ? -1 : 1) : 0);
  const disagrees = new Set<number>();
  const comparable = new Set<number>();
  // Rows of very many columns are long: all directions and steps are written into the same arrays.
  const direction = new Float64Array(data.length);
  const moved = [new Float32Array(data.length), new Float32Array(data.length)] as const;
  const [above, below] = moved;
  for (const numberOf of [along, across]) {
    for (let i = 0; i < direction.length; i++) direction[i] = numberOf(i);
    normalize(direction, d);
    /** How much each row's loss changes per unit of the direction, and how much its gradient promises. */
    const difference = async (step: number) => {
      for (let i = 0; i < data.length; i++) {
        above[i] = data[i] + step * spread[i % d] * direction[i];
        below[i] = data[i] - step * spread[i % d] * direction[i];
      }
      const losses: Float64Array[] = [];
      for (const rows of moved) {
        const scores = await model.scores({ type: "float32", shape: x.shape, data: rows });
        losses.push(crossEntropy(scores, labels, model.probabilities));
      }
      return Array.from(labels, (_, i) => {
        // How far a row was moved is known after the rounding of its features only.
        let promised = 0;
        for (let j = i * d; j < (i + 1) * d; j++) promised += (gradient.data[j] as number) * (above[j] - below[j]);
        return { promised: promised / (2 * step), observed: (losses[0][i] - losses[1][i]) / (2 * step) };
      });
    };
    const [wide, narrow] = [await difference(STEPS[0]), await difference(STEPS[1])];
    for (let i = 0; i < labels.length; i++) {
      const { promised, observed } = narrow[i];
      if (!Number.isFinite(promised + observed + wide[i].observed)) continue;
      const largest = Math.max(Math.abs(observed), Math.abs(promised));
      const apart = Math.abs(wide[i].observed - observed);
      if (largest * STEPS[1] < 1e-3 || apart > 0.1 * Math.max(Math.abs(wide[i].observed), largest)) continue;
      comparable.add(i);
      if (Math.abs(promised - observed) > 0.2 * largest) disagrees.add(i);
    }
  }
  return comparable.size > 0 && 2 * disagrees.size > comparable.size
    ? `${disagrees.size} of ${comparable.size} rows`
    : undefined;
}

/** Rows that the spread of features is taken from. */
const MANY = 100;

/**
 * By how much each of the D features differs between rows: from the 5 % to the 95 % quantile, so that a stray value
 * does not count; where those are the same, from the least to the greatest. Where no feature differs, as in a single
 * row, the size of the largest.
 */
function spreadOf(x: Tensor): Float64Array {
  const d = rowSize(x);
  const n = Math.min(MANY, x.shape[0]);
  const data = x.data as Float32Array;
  const column = new Float64Array(n);
  const tail = Math.floor(0.05 * n);
  const spread = Float64Array.from({ length: d }, (_, j) => {
    for (let i = 0; i < n; i++) column[i] = data[i * d + j];
    column.sort();
    return column[n - 1 - tail] - column[tail] || column[n - 1] - column[0];
  });
  if (spread.some((value) => value > 0)) return spread;
  return spread.fill(data.reduce((most: number, value) => Math.max(most, Math.abs(value)), 0) || 1);
}

/** The spread of real features alone: whole numbers and words stay where steps are short. */
function movable({ model }: OpenModel, spread: Float64Array): Float64Array {
  const kinds = model.parts && kindsOf(model.parts);
  return kinds ? spread.map((value, j) => (kinds[j] === "real" ? value : 0)) : spread;
}

/** Brings each row of length d to Euclidean length 1; rows of zeros stay. */
function normalize(values: Float64Array, d: number): void {
  for (let from = 0; from < values.length; from += d) {
    const row = values.subarray(from, from + d);
    const length = norm(row) || 1;
    for (let j = 0; j < d; j++) row[j] /= length;
  }
}

function countRows(x: Tensor, is: (row: Float32Array) => boolean): number {
  const d = rowSize(x);
  const data = x.data as Float32Array;
  return Array.from({ length: x.shape[0] }, (_, i) => is(data.subarray(i * d, (i + 1) * d))).filter(Boolean).length;
}
