// Products of compressed rows with vectors and with each other.

import type { Columns, SparseRows } from "../../data/sparse.ts";
import { dot } from "../../linalg.ts";

/** X w + bias. */
export function rowsTimes(x: SparseRows<Columns>, w: Float64Array, bias = 0): Float64Array {
  const product = new Float64Array(x.rows);
  for (let i = 0; i < x.rows; i++) product[i] = bias + rowTimes(x, i, w);
  return product;
}

/** x_i . w. */
function rowTimes({ start, index, value }: SparseRows<Columns>, i: number, w: Float64Array): number {
  const end = start[i + 1];
  let k = start[i];
  // Four sums at a time: one alone would wait for each addition to end.
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (; k + 3 < end; k += 4) {
    s0 += value[k] * w[index[k]];
    s1 += value[k + 1] * w[index[k + 1]];
    s2 += value[k + 2] * w[index[k + 2]];
    s3 += value[k + 3] * w[index[k + 3]];
  }
  for (; k < end; k++) s0 += value[k] * w[index[k]];
  return s0 + s1 + (s2 + s3);
}

/** X^T c, added to `into`. */
export function addRows(x: SparseRows<Columns>, c: Float64Array, into: Float64Array): Float64Array {
  for (let i = 0; i < x.rows; i++) if (c[i] !== 0) addRow(x, i, c[i], into);
  return into;
}

/** scale x_i, added to `into`. */
function addRow({ start, index, value }: SparseRows<Columns>, i: number, scale: number, into: Float64Array): void {
  const end = start[i + 1];
  let k = start[i];
  // No column occurs twice in a row, so that two sums need not wait for each other.
  for (; k + 1 < end; k += 2) {
    const a = index[k];
    const b = index[k + 1];
    const sumA = into[a] + scale * value[k];
    const sumB = into[b] + scale * value[k + 1];
    into[a] = sumA;
    into[b] = sumB;
  }
  if (k < end) into[index[k]] += scale * value[k];
}

/** X^T diag(c) X v, where each row of X ends in a one that is not written: there and back, row by row. */
export function thereAndBack(x: SparseRows<Columns>, c: Float64Array, v: Float64Array): Float64Array {
  const { columns: d } = x;
  const sum = new Float64Array(d + 1);
  for (let i = 0; i < x.rows; i++) {
    if (c[i] === 0) continue;
    const image = c[i] * (v[d] + rowTimes(x, i, v));
    addRow(x, i, image, sum);
    sum[d] += image;
  }
  return sum;
}

/** sum_i c_i x_ij^2, added to `into`. */
export function addSparseSquares(
  { rows, start, index, value }: SparseRows<Columns>,
  c: Float64Array,
  into: Float64Array,
): void {
  for (let i = 0; i < rows; i++) {
    for (let k = start[i], end = start[i + 1]; k < end; k++) into[index[k]] += c[i] * value[k] * value[k];
  }
}

/** A B^T [M, N], row-major: each row of A is spread out once, so that only entries of B are visited. */
export function rowsTimesRows(a: SparseRows<Columns>, b: SparseRows<Columns>): Float64Array {
  const spread = new Float64Array(a.columns);
  const product = new Float64Array(a.rows * b.rows);
  const { start, index, value } = b;
  for (let i = 0; i < a.rows; i++) {
    for (let k = a.start[i]; k < a.start[i + 1]; k++) spread[a.index[k]] = a.value[k];
    for (let j = 0; j < b.rows; j++) {
      let sum = 0;
      for (let k = start[j], end = start[j + 1]; k < end; k++) sum += value[k] * spread[index[k]];
      product[i * b.rows + j] = sum;
    }
    for (let k = a.start[i]; k < a.start[i + 1]; k++) spread[a.index[k]] = 0;
  }
  return product;
}

/** The squared Euclidean norm of each row. */
export function squaredNorms(x: SparseRows<Columns>): Float64Array {
  return Float64Array.from({ length: x.rows }, (_, i) => {
    const row = x.value.subarray(x.start[i], x.start[i + 1]);
    return dot(row, row);
  });
}

/** The columns in which some row has an entry, ascending. */
export function usedColumns(x: SparseRows<Columns>): Int32Array {
  const used = new Uint8Array(x.columns);
  for (let k = 0; k < x.index.length; k++) used[x.index[k]] = 1;
  let count = 0;
  for (let j = 0; j < x.columns; j++) count += used[j];
  const columns = new Int32Array(count);
  for (let j = 0, at = 0; j < x.columns; j++) if (used[j]) columns[at++] = j;
  return columns;
}

/** The same rows over the given columns only, which must cover every entry. */
export function overColumns<C extends Columns>(x: SparseRows<C>, columns: Int32Array): SparseRows<C | Int32Array> {
  if (columns.length === x.columns) return x;
  const position = new Int32Array(x.columns);
  for (let j = 0; j < columns.length; j++) position[columns[j]] = j;
  const index = new Int32Array(x.index.length);
  for (let k = 0; k < index.length; k++) index[k] = position[x.index[k]];
  return { ...x, columns: columns.length, index };
}
