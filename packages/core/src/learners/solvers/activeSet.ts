// Newton steps on the free variables of a box-constrained quadratic problem: exact where pairwise steps only creep.

import { sum } from "../../linalg.ts";
import { cholesky, choleskySolve } from "./cholesky.ts";
import { freeOf, snap, type Workplace } from "./smo.ts";

/** More free variables than this are left to pairwise steps: factoring grows with the cube. */
const MAX_FREE = 1500;

/**
 * Steps to the minimum over the free variables (those off their bounds), the others held fixed.
 *
 * The step d solves K_FF d + c 1 = e_F, 1^T d = 0. Where it would leave the box it is cut at the first bound, whose
 * variable is free no longer, and the next step is taken without it; at most `maxSteps` steps. The objective never
 * rises. K_FF gets a ridge of 1e-12 of its diagonal, so that repeated rows are no obstacle: the step is then still one
 * of descent, and the next one removes what the ridge left. Where K_FF is singular, rounding may be larger than what is
 * left to gain: a step that drives the errors of the free variables apart, which should bring them together, is taken
 * back.
 */
export function polish(place: Workplace, maxSteps: number): void {
  for (let step = 0; step < maxSteps; step++) if (!freeStep(place)) return;
}

/** One step; false where nothing is left to gain from another one. */
function freeStep(place: Workplace): boolean {
  const { lower, upper, b, error } = place;
  const free = freeOf({ b, lower, upper });
  const m = free.length;
  if (m < 2 || m > MAX_FREE) return false;
  const k = place.among(free);
  const right = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    k[i * m + i] += 1e-12 * k[i * m + i];
    right[i] = error[free[i]];
  }
  const factor = cholesky(k, m);
  const u = choleskySolve(factor, right);
  const v = choleskySolve(factor, new Float64Array(m).fill(1));
  const shift = sum(u) / sum(v);
  let length = 1;
  let slope = 0;
  for (let i = 0; i < m; i++) {
    const d = (u[i] -= shift * v[i]);
    slope += d * right[i];
    const t = free[i];
    if (d > 0) length = Math.min(length, (upper[t] - b[t]) / d);
    else if (d < 0) length = Math.min(length, (lower[t] - b[t]) / d);
  }
  // Rounding alone is left.
  if (!(slope > 0) || !Number.isFinite(length)) return false;
  const before = { b: b.slice(), error: error.slice(), spread: spread(error, free) };
  for (let i = 0; i < m; i++) {
    u[i] *= length;
    b[free[i]] = snap(b[free[i]] + u[i], lower[free[i]], upper[free[i]]);
  }
  place.haveRisen(free, u);
  if (spread(error, free) > before.spread) {
    b.set(before.b);
    error.set(before.error);
    return false;
  }
  return length < 1;
}

/** How far the errors of some variables lie apart: those of free ones are equal at the optimum. */
function spread(error: Float64Array, chosen: Int32Array): number {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const t of chosen) {
    least = Math.min(least, error[t]);
    greatest = Math.max(greatest, error[t]);
  }
  return greatest - least;
}
