// Dense rows as linear learners multiply them: they stay in the type and the memory of the dataset, and are mapped to
// [0, 1], and read in float64, a block at a time.

import { allocate, type FloatType, rowSize, type Tensor } from "../../tensor.ts";
import { type Scaling, scaleRows } from "../scaling.ts";

export interface DenseRows {
  readonly rows: number;
  readonly columns: number;
  /** Row-major, as in the dataset. */
  readonly data: Float32Array | Float64Array;
  /** How they are mapped; as they stand where absent. */
  readonly scaling: Scaling | undefined;
}

/** Numbers of a block: they stay in the processor's cache while they are multiplied. */
const BLOCK = 2 ** 14;

export function denseRowsOf(x: Tensor<FloatType>, scaling: Scaling | undefined): DenseRows {
  return { rows: x.shape[0], columns: rowSize(x), data: x.data, scaling };
}

/** Calls `visit` for blocks of rows, as learners see them: rows `from` to `from` + `count`, row-major. */
export function forEachBlock(
  { rows, columns, data, scaling }: DenseRows,
  visit: (block: Float32Array | Float64Array, from: number, count: number) => void,
): void {
  const height = Math.max(1, Math.floor(BLOCK / columns));
  // In the type of the features: rounded as a model rounds them.
  const mapped = scaling && allocate(data instanceof Float32Array ? "float32" : "float64", height * columns);
  for (let from = 0; from < rows; from += height) {
    const count = Math.min(height, rows - from);
    const block = data.subarray(from * columns, (from + count) * columns);
    visit(mapped ? scaleRows(block, scaling, mapped.subarray(0, block.length)) : block, from, count);
  }
}

/** A function that reads one row, as learners see it, until it is called again. */
export function rowReader({ columns, data, scaling }: DenseRows): (row: number) => Float32Array | Float64Array {
  const mapped = scaling && allocate(data instanceof Float32Array ? "float32" : "float64", columns);
  return (row) => {
    const numbers = data.subarray(row * columns, (row + 1) * columns);
    return mapped ? scaleRows(numbers, scaling, mapped) : numbers;
  };
}

/** X w + bias; w may have further numbers. */
export function denseTimes(x: DenseRows, w: Float64Array, bias = 0): Float64Array {
  const product = new Float64Array(x.rows);
  const d = x.columns;
  forEachBlock(x, (block, from, count) => {
    for (let i = 0; i < count; i++) product[from + i] = bias + dotRow(block, i * d, w, d);
  });
  return product;
}

/** X^T c, added to the first D numbers of `into`. */
export function addDense(x: DenseRows, c: Float64Array, into: Float64Array): Float64Array {
  const d = x.columns;
  forEachBlock(x, (block, from, count) => {
    for (let i = 0; i < count; i++) if (c[from + i] !== 0) addScaledRow(block, i * d, c[from + i], into, d);
  });
  return into;
}

/** X^T diag(c) X v, where each row of X ends in a one that is not written: there and back, row by row. */
export function denseThereAndBack(x: DenseRows, c: Float64Array, v: Float64Array): Float64Array {
  const d = x.columns;
  const sum = new Float64Array(d + 1);
  forEachBlock(x, (block, from, count) => {
    for (let i = 0; i < count; i++) {
      if (c[from + i] === 0) continue;
      const image = c[from + i] * (v[d] + dotRow(block, i * d, v, d));
      addScaledRow(block, i * d, image, sum, d);
      sum[d] += image;
    }
  });
  return sum;
}

/** sum_i c_i x_ij^2, added to the first D numbers of `into`. */
export function addDenseSquares(x: DenseRows, c: Float64Array, into: Float64Array): void {
  const d = x.columns;
  forEachBlock(x, (block, from, count) => {
    for (let i = 0, at = 0; i < count; i++) {
      for (let j = 0; j < d; j++, at++) into[j] += c[from + i] * block[at] * block[at];
    }
  });
}

/** The chosen rows, copied as they stand. */
export function takeDense(x: DenseRows, chosen: ArrayLike<number>): DenseRows {
  const d = x.columns;
  const data = allocate(x.data instanceof Float32Array ? "float32" : "float64", chosen.length * d);
  for (let i = 0; i < chosen.length; i++) data.set(x.data.subarray(chosen[i] * d, (chosen[i] + 1) * d), i * d);
  return { ...x, rows: chosen.length, data };
}

/** The rows, mapped, in float64. */
export function writtenDense(x: DenseRows): Tensor<"float64"> {
  const data = new Float64Array(x.data.length);
  forEachBlock(x, (block, from) => data.set(block, from * x.columns));
  return { type: "float64", shape: [x.rows, x.columns], data };
}

/** Four sums at a time: one alone would wait for each addition to end. */
function dotRow(block: Float32Array | Float64Array, from: number, w: Float64Array, d: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let j = 0;
  for (; j + 3 < d; j += 4) {
    s0 += block[from + j] * w[j];
    s1 += block[from + j + 1] * w[j + 1];
    s2 += block[from + j + 2] * w[j + 2];
    s3 += block[from + j + 3] * w[j + 3];
  }
  for (; j < d; j++) s0 += block[from + j] * w[j];
  return s0 + s1 + (s2 + s3);
}

function addScaledRow(block: Float32Array | Float64Array, from: number, c: number, into: Float64Array, d: number) {
  for (let j = 0; j < d; j++) into[j] += c * block[from + j];
}
