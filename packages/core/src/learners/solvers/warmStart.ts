// A feasible start for a support vector machine from the solution of one that differs in a few rows.

import { sum } from "../../linalg.ts";
import type { KernelMatrix } from "./kernel.ts";
import type { SvmSolution } from "./svmDual.ts";

interface WarmStart {
  readonly y: Float64Array;
  readonly bound: Float64Array;
  readonly kernel: KernelMatrix;
  /** As the kernel's `combine`, in the kernel matrix as it was. */
  combinePrevious(rows: Int32Array, c: Float64Array): Promise<Float64Array>;
  readonly previous: Pick<SvmSolution, "beta" | "f">;
  readonly changed: Int32Array;
}

/**
 * Dual variables that satisfy the new bounds and sum to zero, and their K beta.
 *
 * Those of unchanged rows stay where they can: what a row gives up because its label or bound has changed is taken from
 * the largest of the sign that is then in excess. K beta is brought up to date by the rows of K that changed, not
 * computed anew.
 */
export async function warmStart(task: WarmStart): Promise<Pick<SvmSolution, "beta" | "f">> {
  const { y, bound, kernel, previous, changed } = task;
  const beta = previous.beta.map((value, i) =>
    Math.min(Math.max(value, y[i] > 0 ? 0 : -bound[i]), y[i] > 0 ? bound[i] : 0),
  );
  rebalance(beta);
  const isChanged = new Uint8Array(beta.length);
  for (const i of changed) isChanged[i] = 1;
  // f = K' b' = f_old + K' (b' on changed rows) - K (b on changed rows) + K' (b' - b on the others).
  const counted = changed.filter((i) => previous.beta[i] !== 0);
  const gone = await task.combinePrevious(
    counted,
    Float64Array.from(counted, (i) => -previous.beta[i]),
  );
  const indices = Int32Array.from(beta.keys());
  const difference = beta.map((value, i) => (isChanged[i] ? value : value - previous.beta[i]));
  const moved = indices.filter((i) => difference[i] !== 0);
  const come = await kernel.combine(
    moved,
    Float64Array.from(moved, (i) => difference[i]),
  );
  const f = previous.f.map((value, i) => value + gone[i] + come[i]);
  // A changed row's own value owes nothing to the old one.
  const support = indices.filter((i) => beta[i] !== 0);
  const rows = await kernel.block(changed, support);
  changed.forEach((i, k) => {
    f[i] = 0;
    for (let j = 0; j < support.length; j++) f[i] += rows[k * support.length + j] * beta[support[j]];
  });
  return { beta, f };
}

/** Makes the variables sum to zero by drawing the largest of the sign in excess towards zero. */
function rebalance(beta: Float64Array): void {
  let excess = 0;
  for (const value of beta) excess += value;
  const sign = Math.sign(excess);
  const order = Array.from(beta.keys())
    .filter((i) => beta[i] * sign > 0)
    .sort((i, j) => Math.abs(beta[j]) - Math.abs(beta[i]));
  for (const i of order) {
    const taken = sign * Math.min(Math.abs(beta[i]), Math.abs(excess));
    beta[i] -= taken;
    excess -= taken;
    if (excess * sign <= 0) return;
  }
}

/**
 * Makes dual variables sum to zero: those of rows off their bounds first, as far as their bounds let them, since others
 * are where the conditions of optimality have them; then the largest of the sign in excess.
 */
export function balance(beta: Float64Array, lower: Float64Array, upper: Float64Array): void {
  let excess = sum(beta);
  for (let i = 0; i < beta.length && excess !== 0; i++) {
    const before = beta[i];
    if (before === lower[i] || before === upper[i]) continue;
    beta[i] = Math.min(upper[i], Math.max(lower[i], before - excess));
    excess -= before - beta[i];
  }
  if (excess !== 0) rebalance(beta);
}
