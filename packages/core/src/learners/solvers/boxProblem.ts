// A box-constrained quadratic problem all of whose rows are known: pairwise steps, and exact ones after them.

import { polish } from "./activeSet.ts";
import { type BoxProblem, workplace } from "./smo.ts";

interface Effort {
  /** The violation of the optimality conditions at which pairwise steps end. */
  readonly tolerance: number;
  readonly maxIterations: number;
  /** At most so many exact steps. */
  readonly exactSteps: number;
}

/** Goes towards the optimum, in place; returns the number of pairs moved. */
export function solveBox(problem: BoxProblem, { tolerance, maxIterations, exactSteps }: Effort): number {
  const { size, matrix } = problem;
  const place = workplace(size);
  place.matrix.set(matrix);
  for (let t = 0; t < size; t++) place.diagonal[t] = matrix[t * size + t];
  for (const name of ["lower", "upper", "b", "error"] as const) place[name].set(problem[name]);
  place.known.fill(1);
  const { iterations } = place.move(tolerance, maxIterations);
  polish(place, exactSteps);
  problem.b.set(place.b);
  problem.error.set(place.error);
  place.release();
  return iterations;
}
