// Sequential minimal optimisation: a dense box-constrained quadratic problem with one equality, two variables at a
// time.

import { lentLoops } from "../../hostedLoops.ts";
import { smoLoop, VECTORS } from "./smoLoop.ts";

/**
 * minimise 1/2 b^T K b - y^T b subject to lower <= b <= upper and sum b = constant.
 *
 * `b` and the error e = y - K b are changed in place.
 */
export interface BoxProblem {
  readonly size: number;
  /** K [size, size], symmetric. */
  readonly matrix: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly b: Float64Array;
  readonly error: Float64Array;
}

/** Curvature below this is taken to be this. */
const TINY = 1e-12;

/**
 * Moves pairs until the optimality conditions are violated by at most `tolerance`, `maxIterations` are spent, or
 * rounding lets none move.
 * Returns the number of iterations.
 *
 * At the optimum no variable that may rise has a larger error than one that may fall. Each iteration takes the one
 * that violates this most by first order (i) and with it the one that promises the largest decrease (j).
 *
 * Source: Fan, Chen and Lin, Working set selection using second order information (JMLR 2005), algorithm WSS 2.
 */
export function solveSmo(problem: BoxProblem, tolerance: number, maxIterations: number): number {
  return compiledSmo(problem, tolerance, maxIterations) ?? plainSmo(problem, tolerance, maxIterations);
}

const lend = lentLoops<"smo">(() => smoLoop(TINY));

/** By compiled loops; undefined where the host has none. */
function compiledSmo(problem: BoxProblem, tolerance: number, maxIterations: number): number | undefined {
  const { size, matrix } = problem;
  const lent = lend(8 * size * (size + VECTORS.length));
  if (!lent) return undefined;
  const vectors = { ...problem, diagonal: diagonalOf(problem) };
  const areas = VECTORS.map((_, k) => new Float64Array(lent.memory.buffer, 8 * size * (size + k), size));
  new Float64Array(lent.memory.buffer, 0, size * size).set(matrix);
  VECTORS.forEach((name, k) => {
    areas[k].set(vectors[name]);
  });
  const addresses = areas.map(({ byteOffset }) => byteOffset);
  const iterations = lent.loops.smo(8 * size, ...addresses, maxIterations, tolerance);
  problem.b.set(areas[VECTORS.indexOf("b")]);
  problem.error.set(areas[VECTORS.indexOf("error")]);
  return iterations;
}

const diagonalOf = ({ size, matrix }: BoxProblem) =>
  Float64Array.from({ length: size }, (_, t) => matrix[t * size + t]);

function plainSmo(problem: BoxProblem, tolerance: number, maxIterations: number): number {
  const { size, matrix, lower, upper, b, error } = problem;
  const diagonal = diagonalOf(problem);
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    let i = -1;
    let highest = Number.NEGATIVE_INFINITY;
    for (let t = 0; t < size; t++) {
      if (error[t] > highest && b[t] < upper[t]) {
        highest = error[t];
        i = t;
      }
    }
    if (i < 0) return iteration;
    const rowI = i * size;
    let j = -1;
    let bestGain = 0;
    let lowest = highest;
    for (let t = 0; t < size; t++) {
      if (b[t] <= lower[t]) continue;
      const difference = highest - error[t];
      if (difference <= 0) continue;
      if (error[t] < lowest) lowest = error[t];
      const gain = (difference * difference) / Math.max(diagonal[i] + diagonal[t] - 2 * matrix[rowI + t], TINY);
      if (gain > bestGain) {
        bestGain = gain;
        j = t;
      }
    }
    if (highest - lowest <= tolerance) return iteration;
    if (j < 0) return iteration;
    const rowJ = j * size;
    const curvature = Math.max(diagonal[i] + diagonal[j] - 2 * matrix[rowI + j], TINY);
    const step = Math.min((highest - error[j]) / curvature, upper[i] - b[i], b[j] - lower[j]);
    const before = b[i];
    const beforeJ = b[j];
    b[i] = snap(b[i] + step, lower[i], upper[i]);
    b[j] = snap(b[j] - step, lower[j], upper[j]);
    // What rounding swallows would be tried again without end.
    if (b[i] === before && b[j] === beforeJ) return iteration;
    for (let t = 0; t < size; t++) error[t] -= step * (matrix[rowI + t] - matrix[rowJ + t]);
  }
  return maxIterations;
}

/** What lies on a bound but for rounding is put exactly on it. */
export function snap(value: number, lower: number, upper: number): number {
  const slack = 1e-12 * (upper - lower);
  if (value < lower + slack) return lower;
  return value > upper - slack ? upper : value;
}

/** By how much the optimality conditions are violated: the largest error that may rise less the least that may fall. */
export function violationOf({ lower, upper, b, error }: Pick<BoxProblem, "lower" | "upper" | "b" | "error">): number {
  let highest = Number.NEGATIVE_INFINITY;
  let lowest = Number.POSITIVE_INFINITY;
  for (let t = 0; t < b.length; t++) {
    if (b[t] < upper[t]) highest = Math.max(highest, error[t]);
    if (b[t] > lower[t]) lowest = Math.min(lowest, error[t]);
  }
  return Math.max(0, highest - lowest);
}
