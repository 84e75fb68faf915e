// Where the solution of a support vector machine's dual problem stands, and what is read off it.

import type { KernelMatrix } from "./kernel.ts";

/** Dual variables beta between their bounds, and f = K beta; both are changed in place as the solution goes on. */
export interface DualState {
  readonly kernel: KernelMatrix;
  /** -1 or +1 for each of the n rows. */
  readonly y: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly beta: Float64Array;
  readonly f: Float64Array;
  /** Largest violation of the optimality conditions that is accepted. */
  readonly tolerance: number;
  readonly maxIterations: number;
}

/** y - f, the errors of the decision values without the bias. */
export function errorsOf({ y, f }: Pick<DualState, "y" | "f">): Float64Array {
  return y.map((sign, i) => sign - f[i]);
}

/** The mean error of the free rows, on which y = f + bias; between the two sides where there are none. */
export function biasOf(beta: Float64Array, lower: Float64Array, upper: Float64Array, error: Float64Array): number {
  let sum = 0;
  let free = 0;
  let highest = Number.NEGATIVE_INFINITY;
  let lowest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < beta.length; i++) {
    if (beta[i] > lower[i] && beta[i] < upper[i]) {
      sum += error[i];
      free++;
    } else if (beta[i] < upper[i]) highest = Math.max(highest, error[i]);
    else if (beta[i] > lower[i]) lowest = Math.min(lowest, error[i]);
  }
  return free > 0 ? sum / free : (highest + lowest) / 2;
}

/** The share of the way from the first violation to the tolerance that is gone, by logarithms. */
export function shareOfWay(first: number, violation: number, tolerance: number): number {
  if (violation <= tolerance) return 1;
  return Math.min(1, Math.max(0, Math.log(first / violation) / Math.log(first / tolerance)));
}
