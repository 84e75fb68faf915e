// The Cholesky factor of a symmetric positive definite matrix, and linear systems solved with it.

import { assembledAs } from "../../assembledAs.ts";
import { lentLoops } from "../../hostedLoops.ts";
import { dot } from "../../linalg.ts";
import { matrixProduct } from "../../models/matrixProduct.ts";
import type { Runtime } from "../../models/runtime.ts";
import type { Tensor } from "../../tensor.ts";
import { factorLoops, TILE } from "./factorLoops.ts";

/** Lower triangular L with A = L L^T, row-major [n, n]; what lies above the diagonal is not to be read. */
export interface CholeskyFactor {
  readonly size: number;
  readonly lower: Float64Array;
}

/**
 * Factors A, of which the lower triangle is read; the factor overwrites it.
 *
 * A pivot that is not above `floor` times the diagonal's largest entry is raised to that: the factor is then one of
 * A + E with a small diagonal E >= 0, which serves as a preconditioner and for steps of descent.
 */
export function cholesky(a: Float64Array, size: number, floor = 1e-14): CholeskyFactor {
  const least = leastPivot(a, size, floor);
  if (size < WORTH_LENDING || !compiledFactor(a, size, least)) factorRows(a, size, 0, size, least);
  return { size, lower: a };
}

/** Below this size plain loops are done before a matrix has been copied to compiled ones. */
const WORTH_LENDING = 24;

const lend = lentLoops<"factor" | "forward" | "backward">(assembledAs("factor", factorLoops));
/** The factor that lies in the lent memory, where the last one that was needed stays. */
let held: Float64Array | undefined;

/** Room for a matrix, filled up to whole tiles, and for four vectors behind it; undefined where the host has none. */
function lentFor(size: number) {
  const side = TILE * Math.ceil(size / TILE);
  const lent = lend(8 * side * (side + TILE));
  if (!lent) return undefined;
  const numbers = new Float64Array(lent.memory.buffer, 0, side * (side + TILE));
  return { ...lent, side, numbers, vector: side * side };
}

/** Copies a matrix to lent memory; what fills it up is of the identity. */
function copyTo({ numbers, side }: NonNullable<ReturnType<typeof lentFor>>, a: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) numbers.set(a.subarray(i * size, (i + 1) * size), i * side);
  for (let i = size; i < side; i++) {
    for (let j = 0; j < side; j++) numbers[i * side + j] = numbers[j * side + i] = i === j ? 1 : 0;
  }
}

/** The factor by compiled loops, in place; false where the host has none. */
function compiledFactor(a: Float64Array, size: number, least: number): boolean {
  const lent = lentFor(size);
  if (!lent) return false;
  const { numbers, side, loops, vector } = lent;
  copyTo(lent, a, size);
  loops.factor(side, 8 * side, 8 * vector, least);
  for (let i = 0; i < size; i++) a.set(numbers.subarray(i * side, i * side + size), i * size);
  held = a;
  return true;
}

/** The x with L L^T x = b by compiled loops; undefined where the host has none. */
function compiledSolve({ size, lower }: CholeskyFactor, b: Float64Array): Float64Array | undefined {
  const lent = lentFor(size);
  if (!lent) return undefined;
  const { numbers, side, loops, vector } = lent;
  if (held !== lower) copyTo(lent, lower, size);
  held = lower;
  const x = numbers.subarray(vector, vector + size);
  x.set(b);
  loops.forward(8 * side, 8 * vector, 8 * size);
  loops.backward(8 * side, 8 * vector, 8 * size);
  return x.slice();
}

function leastPivot(a: Float64Array, size: number, floor: number): number {
  let largest = 0;
  for (let i = 0; i < size; i++) largest = Math.max(largest, a[i * size + i]);
  return Math.max(floor * largest, Number.MIN_VALUE);
}

/** The columns `left` to `right` of the factor; what the columns before them contribute is taken off already. */
function factorRows(a: Float64Array, size: number, left: number, right: number, least: number): void {
  for (let i = left; i < size; i++) {
    const rowI = i * size;
    const end = Math.min(i, right);
    let j = left;
    // Four columns at a time: four independent sums keep the processor busy.
    for (; j + 3 < end; j += 4) {
      const r0 = j * size;
      const r1 = r0 + size;
      const r2 = r1 + size;
      const r3 = r2 + size;
      let s0 = a[rowI + j];
      let s1 = a[rowI + j + 1];
      let s2 = a[rowI + j + 2];
      let s3 = a[rowI + j + 3];
      for (let k = left; k < j; k++) {
        const v = a[rowI + k];
        s0 -= v * a[r0 + k];
        s1 -= v * a[r1 + k];
        s2 -= v * a[r2 + k];
        s3 -= v * a[r3 + k];
      }
      s0 /= a[r0 + j];
      s1 = (s1 - s0 * a[r1 + j]) / a[r1 + j + 1];
      s2 = (s2 - s0 * a[r2 + j] - s1 * a[r2 + j + 1]) / a[r2 + j + 2];
      s3 = (s3 - s0 * a[r3 + j] - s1 * a[r3 + j + 1] - s2 * a[r3 + j + 2]) / a[r3 + j + 3];
      a[rowI + j] = s0;
      a[rowI + j + 1] = s1;
      a[rowI + j + 2] = s2;
      a[rowI + j + 3] = s3;
    }
    for (; j < end; j++) {
      const rowJ = j * size;
      let sum = a[rowI + j];
      for (let k = left; k < j; k++) sum -= a[rowI + k] * a[rowJ + k];
      a[rowI + j] = sum / a[rowJ + j];
    }
    if (i >= right) continue;
    let pivot = a[rowI + i];
    for (let k = left; k < i; k++) pivot -= a[rowI + k] * a[rowI + k];
    a[rowI + i] = Math.sqrt(Math.max(pivot, least));
  }
}

/** Columns that are factored at a time where the runtime takes part. */
const BLOCK = 64;
/** Up to this size its products are not worth the detour. */
const SMALL = 1024;

/**
 * As `cholesky`, of large matrices column block by column block: what the columns on the left contribute to a block is
 * one product by the runtime, so that loops do but a share of the work that falls with the size.
 */
export async function choleskyByBlocks(
  a: Float64Array,
  size: number,
  runtime: Runtime,
  floor = 1e-14,
): Promise<CholeskyFactor> {
  if (size <= SMALL) return cholesky(a, size, floor);
  const least = leastPivot(a, size, floor);
  const product = await matrixProduct(runtime, "float64", "right");
  for (let left = 0; left < size; left += BLOCK) {
    const right = Math.min(left + BLOCK, size);
    const above = right - left;
    const below = leftOf(a, size, left);
    const [rows] = below.shape;
    const top: Tensor<"float64"> = { ...below, shape: [above, left], data: below.data.subarray(0, above * left) };
    const { data } = await product.multiply(below, top);
    for (let i = 0; i < rows; i++) {
      const row = (left + i) * size + left;
      for (let j = 0; j < Math.min(i + 1, above); j++) a[row + j] -= data[i * above + j];
    }
    factorRows(a, size, left, right, least);
  }
  await product.release();
  return { size, lower: a };
}

/** The rows from `from` on, over the columns before it. */
function leftOf(a: Float64Array, size: number, from: number): Tensor<"float64"> {
  const rows = size - from;
  const data = new Float64Array(rows * from);
  for (let i = 0; i < rows; i++) {
    const row = (from + i) * size;
    data.set(a.subarray(row, row + from), i * from);
  }
  return { type: "float64", shape: [rows, from], data };
}

/**
 * The factor of [A, column; column^T, corner], from that of A; a last pivot below 1e-14 of `corner` is raised to that.
 */
export function choleskyWith({ size, lower }: CholeskyFactor, column: Float64Array, corner: number): CholeskyFactor {
  const larger = new Float64Array((size + 1) ** 2);
  for (let i = 0; i < size; i++) larger.set(lower.subarray(i * size, i * size + i + 1), i * (size + 1));
  const row = forward({ size, lower }, column.slice());
  larger.set(row, size * (size + 1));
  larger[larger.length - 1] = Math.sqrt(Math.max(corner - dot(row, row), 1e-14 * corner, Number.MIN_VALUE));
  return { size: size + 1, lower: larger };
}

/** The x with L L^T x = b. */
export function choleskySolve({ size, lower }: CholeskyFactor, b: Float64Array): Float64Array {
  const compiled = size < WORTH_LENDING ? undefined : compiledSolve({ size, lower }, b);
  if (compiled) return compiled;
  const x = forward({ size, lower }, b.slice());
  for (let i = size - 1; i >= 0; i--) {
    const value = x[i] / lower[i * size + i];
    x[i] = value;
    for (let k = 0; k < i; k++) x[k] -= lower[i * size + k] * value;
  }
  return x;
}

/** The x with L x = b, in place of b. */
function forward({ size, lower }: CholeskyFactor, x: Float64Array): Float64Array {
  for (let i = 0; i < size; i++) {
    const row = i * size;
    let even = x[i];
    let odd = 0;
    for (let k = 0; k + 1 < i; k += 2) {
      even -= lower[row + k] * x[k];
      odd -= lower[row + k + 1] * x[k + 1];
    }
    if (i % 2 === 1) even -= lower[row + i - 1] * x[i - 1];
    x[i] = (even + odd) / lower[row + i];
  }
  return x;
}
