// The dual problem of a support vector machine with few rows, solved over all of them, rows of K as they are needed.

import { polish } from "./activeSet.ts";
import { type DualState, errorsOf } from "./dualState.ts";
import type { KeptKernel } from "./kernel.ts";
import { freeOf, violationOf, type Workplace, workplace } from "./smo.ts";
import { notReached } from "./workingSets.ts";

/** The most rows there may be: K, of which mostly a part is written to, then fills 32 MB. */
export const FEW = 2048;
/** Rows of K that are computed together: to take more would compute some that nobody needs. */
const TOGETHER = 8;
/** Pairs that are moved, for each row, before exact steps are tried. */
const PATIENCE = 10;
/** The violation at which they are first. */
const NEAR = 0.03;
/** Exact steps at a time. */
const STEPS = 5;

interface KeptState extends DualState {
  readonly kernel: KeptKernel;
}

/**
 * Solves the problem to its tolerance, in place; returns the number of pairs moved.
 *
 * Pairwise steps, and exact ones on the free variables where the former have come near or only creep.
 *
 * @throws InputError where the optimum is not reached within the allowed iterations.
 */
export async function solveWhole(state: KeptState): Promise<number> {
  const { kernel, y, beta, f, tolerance, maxIterations } = state;
  const place = workplace(y.length);
  try {
    place.diagonal.set(kernel.diagonal);
    place.lower.set(state.lower);
    place.upper.set(state.upper);
    place.b.set(beta);
    place.error.set(errorsOf(state));
    place.known.fill(0);
    let iterations = 0;
    let violation = violationOf(place);
    // Not written as `>`: a violation that is no number is none of at most the tolerance.
    while (!(violation <= tolerance)) {
      const before = place.b.slice();
      const target = violation > NEAR ? Math.max(NEAR, tolerance / 2) : tolerance / 2;
      iterations += 1 + (await moveOn(state, place, target, Math.min(maxIterations - iterations, PATIENCE * y.length)));
      await learn(
        state,
        place,
        freeOf(place).filter((t) => place.known[t] === 0),
      );
      polish(place, STEPS);
      violation = violationOf(place);
      const isStuck = Number.isNaN(violation) || place.b.every((value, i) => value === before[i]);
      if (!(violation <= tolerance) && (isStuck || iterations >= maxIterations))
        throw notReached(iterations, violation, tolerance);
    }
    beta.set(place.b);
    for (let i = 0; i < f.length; i++) f[i] = y[i] - place.error[i];
    return iterations;
  } finally {
    place.release();
  }
}

/** Moves pairs, and computes rows of K that are wanted. */
async function moveOn(state: KeptState, place: Workplace, tolerance: number, most: number): Promise<number> {
  let iterations = 0;
  for (;;) {
    const moved = place.move(tolerance, most - iterations);
    iterations += moved.iterations;
    if (moved.wanted < 0) return iterations;
    await learn(state, place, likely(place, moved.wanted));
  }
}

/** Writes rows of K to their places. */
async function learn({ kernel }: KeptState, { size, matrix, known }: Workplace, rows: Int32Array): Promise<void> {
  await kernel.forEachRow(rows, (row, k) => {
    matrix.set(row, rows[k] * size);
    known[rows[k]] = 1;
  });
}

/** A row that is wanted, and those that may be next: of the unknown ones, those that violate the conditions most. */
function likely({ known, next }: Workplace, wanted: number): Int32Array {
  const rows = [wanted];
  known[wanted] = 1;
  for (let k = 1; k < TOGETHER; k++) {
    const row = next(k % 2 === 1 ? "rising" : "falling");
    if (row < 0) continue;
    rows.push(row);
    // They are about to be.
    known[row] = 1;
  }
  return Int32Array.from(rows);
}
