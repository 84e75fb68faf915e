// Whether a stranger's gradients are what its scores do: zero, not finite, or other than central differences.

import { norm } from "../linalg.ts";
import { stream } from "../random.ts";
import { rowSize, sliceRows, type Tensor, toFloat } from "../tensor.ts";
import { countRows, few } from "./checkedRows.ts";
import { kindsOf } from "./inputs.ts";
import { crossEntropy } from "./losses.ts";
import { type ModelWarning, modelWarning } from "./modelWarning.ts";
import type { OpenModel } from "./open.ts";

/** Numbers of the rows that are asked for gradients; at least a few rows are. */
const MOST_NUMBERS = 2 ** 17;

/** Gradients that are zero or not finite, or that are not what the loss does around the rows. */
export async function checkGradients(
  model: OpenModel,
  all: Tensor,
  labels: Int32Array,
): Promise<readonly ModelWarning[]> {
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
