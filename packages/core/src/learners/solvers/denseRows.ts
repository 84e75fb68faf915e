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

const blockHeight = ({ columns }: DenseRows) => Math.max(4, Math.floor(BLOCK / columns));

/** The most numbers that a block has. */
export function largestBlock(x: DenseRows): number {
  return Math.min(x.rows, blockHeight(x)) * x.columns;
}

/** Calls `visit` for blocks of rows, as learners see them: rows `from` to `from` + `count`, row-major. */
export function forEachBlock(
  x: DenseRows,
  visit: (block: Float32Array | Float64Array, from: number, count: number) => void,
): void {
  const { rows, columns, data, scaling } = x;
  const height = blockHeight(x);
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
  forFourRows(x, undefined, (block, four) => {
    multiplyFour(block, four, w, x.columns);
    for (let k = 0; k < four.count; k++) product[four.row[k]] = bias + four.number[k];
  });
  return product;
}

/** X^T c, added to the first D numbers of `into`. */
export function addDense(x: DenseRows, c: Float64Array, into: Float64Array): Float64Array {
  forFourRows(x, c, (block, four) => addFour(block, four, into, x.columns));
  return into;
}

/** X^T diag(c) X v, where each row of X ends in a one that is not written: there and back, four rows at a time. */
export function denseThereAndBack(x: DenseRows, c: Float64Array, v: Float64Array): Float64Array {
  const d = x.columns;
  const sum = new Float64Array(d + 1);
  forFourRows(x, c, (block, four) => {
    multiplyFour(block, four, v, d);
    for (let k = 0; k < four.count; k++) sum[d] += four.number[k] = c[four.row[k]] * (v[d] + four.number[k]);
    four.number.fill(0, four.count);
    addFour(block, four, sum, d);
  });
  return sum;
}

/** sum_i c_i x_ij^2, added to the first D numbers of `into`. */
export function addDenseSquares(x: DenseRows, c: Float64Array, into: Float64Array): void {
  const d = x.columns;
  forFourRows(x, c, (block, { start: [at0, at1, at2, at3], number: [c0, c1, c2, c3] }) => {
    for (let j = 0; j < d; j++) {
      const [x0, x1, x2, x3] = [block[at0 + j], block[at1 + j], block[at2 + j], block[at3 + j]];
      into[j] += c0 * x0 * x0 + c1 * x1 * x1 + (c2 * x2 * x2 + c3 * x3 * x3);
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

/**
 * Rows that are multiplied together, so that the vector beside them is read and written once for all of them: two to
 * three times as fast as one by one.
 */
interface FourRows {
  /** How many there are; the places of the others hold the last row again. */
  count: number;
  /** Where each begins in the block, and its number among all rows. */
  readonly start: Int32Array;
  readonly row: Int32Array;
  /** What belongs to each: its coefficient, or its product with a vector; 0 in the places of others. */
  readonly number: Float64Array;
}

/** Calls `visit` for all rows in order, four of a block at a time, without those whose coefficient is 0. */
function forFourRows(
  x: DenseRows,
  c: Float64Array | undefined,
  visit: (block: Float32Array | Float64Array, four: FourRows) => void,
): void {
  const four = { count: 0, start: new Int32Array(4), row: new Int32Array(4), number: new Float64Array(4) };
  forEachBlock(x, (block, from, count) => {
    for (let i = 0; i < count; i++) {
      const coefficient = c ? c[from + i] : 1;
      if (coefficient !== 0) {
        four.start.fill(i * x.columns, four.count);
        four.row[four.count] = from + i;
        four.number[four.count++] = coefficient;
      }
      if (four.count === 4 || (i === count - 1 && four.count > 0)) {
        four.number.fill(0, four.count);
        visit(block, four);
        four.count = 0;
      }
    }
  });
}

/** Writes the products of four rows with w into their numbers. */
function multiplyFour(block: Float32Array | Float64Array, four: FourRows, w: Float64Array, d: number): void {
  const [at0, at1, at2, at3] = four.start;
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let j = 0; j < d; j++) {
    const wj = w[j];
    s0 += block[at0 + j] * wj;
    s1 += block[at1 + j] * wj;
    s2 += block[at2 + j] * wj;
    s3 += block[at3 + j] * wj;
  }
  four.number.set([s0, s1, s2, s3]);
}

/** Adds four rows, each times its number. */
function addFour(block: Float32Array | Float64Array, { start, number }: FourRows, into: Float64Array, d: number): void {
  const [at0, at1, at2, at3] = start;
  const [c0, c1, c2, c3] = number;
  for (let j = 0; j < d; j++) {
    into[j] += c0 * block[at0 + j] + c1 * block[at1 + j] + (c2 * block[at2 + j] + c3 * block[at3 + j]);
  }
}
