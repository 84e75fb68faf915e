// Whether a stranger's model is read right: what its scores and gradients on labelled rows give away, a sentence each.

import { rowSize, sliceRows, type Tensor } from "../tensor.ts";
import { agreementOf } from "./chance.ts";
import { countRows, few } from "./checkedRows.ts";
import { checkGradients } from "./gradientChecks.ts";
import { checkKind, checkOwnLabels, checkTies } from "./kindChecks.ts";
import { argMax, crossEntropy } from "./losses.ts";
import { type ModelWarning, modelWarning } from "./modelWarning.ts";
import type { OpenModel } from "./open.ts";
import type { Service } from "./service.ts";

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
      "rows, as batch normalisation in training mode does, dynamic quantization, or a branch that all rows take " +
      "together; export it for evaluation, quantized with fixed ranges, without such a branch.",
  );
}
