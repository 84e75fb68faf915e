// The weighted Gram matrix of rows that end in a one: what the Hessians of linear decision functions are made of.

import { matrixProduct } from "../../models/matrixProduct.ts";
import type { Runtime } from "../../models/runtime.ts";
import type { Tensor } from "../../tensor.ts";
import { rowReader } from "./denseRows.ts";
import { areDense, type LinearRows, type MappedSparse } from "./linearRows.ts";

/** Rows that are written out at a time. */
const CHUNK = 1024;
/** Blocks of columns: of the blocks of a symmetric product, those above the diagonal are not computed. */
const BLOCKS = 4;
/** Pairs of entries that loops add up in the time of one pair of entries by the runtime, zeros included. */
const SPEED = 0.12;

/** The pairs of entries within the same row, of rows that count. */
function pairsOf({ rows, start }: MappedSparse, weights: Float64Array): number {
  let pairs = 0;
  for (let i = 0; i < rows; i++) if (weights[i] !== 0) pairs += (start[i + 1] - start[i]) ** 2;
  return pairs;
}

/** What loops would add up, in terms of `SPEED`, where the runtime multiplies. */
function denseCost(x: LinearRows, weights: Float64Array): number {
  let rows = 0;
  for (let i = 0; i < x.rows; i++) if (weights[i] !== 0) rows++;
  return SPEED * rows * x.columns ** 2;
}

/** What `weightedGram` costs, in additions of a product by loops. */
export function gramCost(x: LinearRows, weights: Float64Array): number {
  const pairs = areDense(x) ? Number.POSITIVE_INFINITY : pairsOf(x, weights);
  return Math.min(pairs, denseCost(x, weights)) / 2;
}

/**
 * sum_i weight_i (x_i, 1) (x_i, 1)^T, lower triangle, [D + 1, D + 1].
 *
 * Dense rows are multiplied in float32, at twice the speed of float64: relative to the largest entry the result is
 * good to about 1e-7, as a preconditioner needs it.
 */
export async function weightedGram(x: LinearRows, weights: Float64Array, runtime: Runtime): Promise<Float64Array> {
  if (areDense(x)) return denseGram(x, weights, runtime);
  const isDense = pairsOf(x, weights) >= denseCost(x, weights);
  const gram = isDense ? await denseGram(x, weights, runtime) : sparseGram(x, weights);
  if (x.range) divideBoth(gram, x.range);
  return gram;
}

/** Divides rows and columns of the lower triangle by the ranges of the columns that they stand for. */
function divideBoth(gram: Float64Array, range: Float64Array): void {
  const size = range.length + 1;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) gram[i * size + j] /= (range[i] ?? 1) * (range[j] ?? 1);
  }
}

/** By the runtime: rows are written out, a chunk at a time, those of weight 0 left out. */
async function denseGram(x: LinearRows, weights: Float64Array, runtime: Runtime): Promise<Float64Array> {
  const size = x.columns + 1;
  const width = Math.ceil(size / BLOCKS);
  const area = CHUNK * width;
  const written = new Float32Array(BLOCKS * area);
  const place = Int32Array.from({ length: size }, (_, j) => Math.floor(j / width) * area + (j % width));
  const gram = new Float64Array(size * size);
  const product = await matrixProduct(runtime, "float32", "left");
  const chosen = Int32Array.from(weights.keys()).filter((i) => weights[i] !== 0);
  const rowOf = areDense(x) ? rowReader(x) : undefined;
  for (let from = 0; from < chosen.length; from += CHUNK) {
    const rows = Math.min(CHUNK, chosen.length - from);
    written.fill(0);
    for (let i = 0; i < rows; i++) {
      const row = chosen[from + i];
      const root = Math.sqrt(weights[row]);
      if (rowOf) {
        const numbers = rowOf(row);
        for (let j = 0; j < x.columns; j++) written[place[j] + i * width] = root * numbers[j];
      } else {
        const { start, index, value } = x as MappedSparse;
        for (let k = start[row]; k < start[row + 1]; k++) written[place[index[k]] + i * width] = root * value[k];
      }
      written[place[x.columns] + i * width] = root;
    }
    const block = (b: number): Tensor<"float32"> => {
      return { type: "float32", shape: [rows, width], data: written.subarray(b * area, b * area + rows * width) };
    };
    for (let a = 0; a < BLOCKS; a++) {
      for (let b = 0; b <= a; b++) {
        const { data } = await product.multiply(block(a), block(b));
        for (let i = a * width; i < Math.min(size, (a + 1) * width); i++) {
          const row = (i - a * width) * width - b * width;
          for (let j = b * width; j < Math.min(i + 1, (b + 1) * width); j++) gram[i * size + j] += data[row + j];
        }
      }
    }
  }
  await product.release();
  return gram;
}

/** Rows of next to no weight are passed over. */
function sparseGram(x: MappedSparse, weights: Float64Array): Float64Array {
  let largest = 0;
  for (const weight of weights) largest = Math.max(largest, weight);
  return x.products?.gram(weights, 1e-5 * largest) ?? plainGram(x, weights, 1e-5 * largest);
}

/** Without rows of at most the least weight. */
export function plainGram(x: MappedSparse, weights: Float64Array, least: number): Float64Array {
  const { start, index, value, columns: d } = x;
  const size = d + 1;
  const gram = new Float64Array(size * size);
  const last = d * size;
  for (let i = 0; i < x.rows; i++) {
    const weight = weights[i];
    if (weight <= least) continue;
    const from = start[i];
    const end = start[i + 1];
    let k = from;
    // Two rows of the matrix at a time, so that each entry is read half as often.
    for (; k + 1 < end; k += 2) {
      const a = weight * value[k];
      const b = weight * value[k + 1];
      const rowA = index[k] * size;
      const rowB = index[k + 1] * size;
      for (let l = from; l <= k; l++) {
        const v = value[l];
        const at = index[l];
        gram[rowA + at] += a * v;
        gram[rowB + at] += b * v;
      }
      gram[rowB + index[k + 1]] += b * value[k + 1];
      gram[last + index[k]] += a;
      gram[last + index[k + 1]] += b;
    }
    for (; k < end; k++) {
      const a = weight * value[k];
      for (let l = from; l <= k; l++) gram[index[k] * size + index[l]] += a * value[l];
      gram[last + index[k]] += a;
    }
    gram[last + d] += weight;
  }
  return gram;
}
