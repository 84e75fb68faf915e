// What support vector machines of every kernel share: binary problems, sums over them, and refits.

import type { Dataset } from "../../data/dataset.ts";
import { addScaled } from "../../linalg.ts";
import type { Fit, FitContext, RefitTask } from "../learner.ts";
import { oneAgainstRest, problemsOf } from "../linearModel.ts";
import type { KernelMatrix, KnownRows } from "./kernel.ts";
import type { RowCache } from "./rowCache.ts";
import { type SvmSolution, solveSvm } from "./svmDual.ts";
import { warmStart } from "./warmStart.ts";

interface SvmTask {
  readonly data: Dataset;
  /** C times the weight of each row. */
  readonly bound: Float64Array;
  readonly tolerance: number;
  /** The kernel matrix of the rows of a dataset, some rows of it known. */
  kernel(data: Dataset, known?: KnownRows): Promise<KernelMatrix>;
  readonly refit?: RefitTask | undefined;
  /** Where a problem begins, -1 or +1 for each row, that no refit is of. */
  readonly startOf?: StartOf | undefined;
}

/** Where a problem begins, and the share of the way to the optimum that was gone. */
type StartOf = (y: Float64Array, onProgress: (done: number) => void) => Promise<Pick<SvmSolution, "beta" | "f">>;

/** What a fit remembers of each binary problem: dual variables, decision values, and the kernel rows that all share. */
type SvmState = readonly (Pick<SvmSolution, "beta" | "f"> & { readonly rows: RowCache | undefined })[];

/** Pairs that a solution may move before it counts as failed. */
const MAX_ITERATIONS = 50_000_000;

/** The binary solutions, one class against the rest, with what a `Fit` says of them. */
export async function fitSvm(
  { data, bound, tolerance, kernel: kernelOf, refit, startOf }: SvmTask,
  context: FitContext,
): Promise<{ readonly solutions: readonly SvmSolution[] } & Pick<Fit, "training" | "state">> {
  const before = refit && (refit.fit.state as SvmState);
  const known = before?.[0].rows;
  const changed = Int32Array.from(refit?.changed ?? []);
  const kernel = await kernelOf(data, known && { rows: known, changed });
  let previousKernel: KernelMatrix | undefined;
  /** sum_i c_i K[i, :] over changed rows, in the kernel matrix as it was. */
  const combinePrevious = async (rows: Int32Array, c: Float64Array) => {
    const sum = new Float64Array(data.labels.length);
    if (rows.length === 0 || !refit) return sum;
    if (rows.some((i) => !known?.get(i))) {
      previousKernel ??= await kernelOf(refit.previous);
      return previousKernel.combine(rows, c);
    }
    for (let k = 0; k < rows.length; k++) addScaled(sum, c[k], known?.get(rows[k]) as Float64Array);
    return sum;
  };
  const problems = problemsOf(data);
  let solutions: SvmSolution[];
  try {
    solutions = await oneAgainstRest(data, async (y, problem) => {
      const start = before
        ? await warmStart({ y, bound, kernel, combinePrevious, previous: before[problem], changed })
        : await startOf?.(y, (done) => context.onProgress?.((problem + done) / problems));
      const solution = await solveSvm({
        kernel,
        y,
        bound,
        tolerance,
        maxIterations: MAX_ITERATIONS,
        ...(start && { start }),
      });
      context.onProgress?.((problem + 1) / problems);
      return solution;
    });
  } finally {
    await kernel.release();
    await previousKernel?.release();
  }
  const sum = (f: (solution: SvmSolution) => number) => solutions.reduce((total, each) => total + f(each), 0);
  return {
    solutions,
    training: {
      objective: sum(({ primal }) => primal),
      dualityGap: sum(({ primal, dual }) => primal - dual),
      supportVectors: sum(({ supportVectors }) => supportVectors),
      violation: Math.max(...solutions.map(({ violation }) => violation)),
      iterations: sum(({ iterations }) => iterations),
    },
    state: solutions.map(({ beta, f }) => ({ beta, f, rows: kernel.rows })) satisfies SvmState,
  };
}
