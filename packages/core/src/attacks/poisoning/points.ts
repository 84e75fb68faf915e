// Poisoning points as rows: where they begin, how many a fraction means, and how they join a dataset.

import { type Dataset, denseRows, featureCount, rowCount } from "../../data/dataset.ts";
import { isSparse, sparseFromDense } from "../../data/sparse.ts";
import { InputError } from "../../errors.ts";
import { permutation, stream } from "../../random.ts";
import { allocate, type FloatType, sliceRows, type Tensor, tensor, toFloat } from "../../tensor.ts";
import type { PoisonPoints } from "./task.ts";

/**
 * The number n_p of points that make up a fraction of the data they join: n_p / (n + n_p), rounded, at least 1.
 *
 * Of 500 rows, .05 is 26 points, .1 is 56 and .2 is 125.
 *
 * @throws InputError for a fraction outside 0 to 1, both excluded.
 */
export function poisonCount(rows: number, fraction: number): number {
  if (!(fraction > 0 && fraction < 1)) {
    throw new InputError("invalid", "fraction of poisoning points", {
      expected: "a number above 0 and below 1, the share of the points in the data that they join",
      got: String(fraction),
      remedy: "choose a share such as 0.05",
    });
  }
  return Math.max(1, Math.round((fraction / (1 - fraction)) * rows));
}

/**
 * The dataset with poisoning points as further rows, after its own.
 *
 * Dense features become float64, so that no point is rounded.
 */
export function withPoison(training: Dataset, points: PoisonPoints): Dataset {
  if (points.labels.length === 0) return training;
  return { ...training, ...joined(training, points.x, points.labels) };
}

function joined({ features, labels }: Dataset, x: Tensor<"float64">, added: Int32Array) {
  const all = Int32Array.of(...labels, ...added);
  if (!isSparse(features)) return { features: concatRows(toFloat(features, "float64"), x), labels: all };
  const more = sparseFromDense(x);
  const offset = features.start[features.rows];
  const start = new Int32Array(features.rows + more.rows + 1);
  start.set(features.start);
  for (let i = 1; i <= more.rows; i++) start[features.rows + i] = offset + more.start[i];
  const index = new Int32Array(offset + more.index.length);
  index.set(features.index);
  index.set(more.index, offset);
  const value = new Float64Array(index.length);
  value.set(features.value);
  value.set(more.value, offset);
  return { features: { rows: all.length, columns: features.columns, start, index, value }, labels: all };
}

function concatRows(a: Tensor<"float64">, b: Tensor<"float64">): Tensor<"float64"> {
  const data = new Float64Array(a.data.length + b.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  return tensor("float64", [a.shape[0] + b.shape[0], ...a.shape.slice(1)], data);
}

/** The rows of both, the first ones first. */
export function joinPoints(a: PoisonPoints | undefined, b: PoisonPoints): PoisonPoints {
  if (!a) return b;
  return {
    x: concatRows(a.x, b.x),
    start: concatRows(a.start, b.start),
    labels: Int32Array.of(...a.labels, ...b.labels),
    sources: Int32Array.of(...a.sources, ...b.sources),
  };
}

/**
 * Where points `from` to `from + count` of an attack begin: clones of training rows with another label.
 *
 * Each row is cloned once, in a random order that belongs to the seed, or in the order given; the label is another
 * class, of several a random one.
 *
 * @throws InputError where there are not as many rows.
 */
export function startingPoints(
  training: Dataset,
  from: number,
  count: number,
  seed: number,
  order = permutation(stream(seed, "poison", "sources"), rowCount(training)),
): PoisonPoints {
  const n = rowCount(training);
  if (!Number.isInteger(count) || count < 1 || from + count > n) {
    throw new InputError("invalid", "number of poisoning points", {
      expected:
        `1 to ${n - from}: each is cloned from a training row of its ` +
        `own${from > 0 ? `, and ${from} of ${n} are taken` : ""}`,
      got: String(count),
      remedy: "ask for fewer points, or give more training data",
    });
  }
  const sources = order.slice(from, from + count);
  const start = cloned(training, sources);
  const classes = training.classNames.length;
  const labels = Int32Array.from(sources, (row, i) => {
    const shift = classes === 2 ? 1 : 1 + stream(seed, "poison", "label", from + i).integer(classes - 1);
    return (training.labels[row] + shift) % classes;
  });
  return { x: start, start, labels, sources };
}

function cloned(training: Dataset, rows: Int32Array): Tensor<"float64"> {
  const d = featureCount(training);
  const data = allocate("float64", rows.length * d);
  rows.forEach((row, i) => {
    data.set(denseRows(training, row, row + 1).data as Float64Array, i * d);
  });
  return tensor("float64", [rows.length, ...training.featureShape], data);
}

/** Some of the points. */
export function slicePoints(points: PoisonPoints, from: number, to: number): PoisonPoints {
  const cut = <T extends FloatType>(x: Tensor<T>) => sliceRows(x, from, to);
  return {
    x: cut(points.x),
    start: cut(points.start),
    labels: points.labels.slice(from, to),
    sources: points.sources.slice(from, to),
  };
}
