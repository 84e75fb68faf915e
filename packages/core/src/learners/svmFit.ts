// What support vector machines of every kernel share: binary problems, sums over them, and refits.

import type { Dataset } from "../data/dataset.ts";
import type { KernelMatrix } from "./kernel.ts";
import type { Fit, FitContext, RefitTask } from "./learner.ts";
import { oneAgainstRest } from "./linearModel.ts";
import { type SvmSolution, solveSvm } from "./svmDual.ts";
import { warmStart } from "./warmStart.ts";

export interface SvmTask {
  readonly data: Dataset;
  /** C times the weight of each row. */
  readonly bound: Float64Array;
  readonly tolerance: number;
  kernel(data: Dataset): Promise<KernelMatrix>;
  readonly refit?: RefitTask | undefined;
}

/** What a fit remembers: dual variables and decision values of each binary problem. */
type SvmState = readonly Pick<SvmSolution, "beta" | "f">[];

/** Pairs that a solution may move before it counts as failed. */
const MAX_ITERATIONS = 50_000_000;

/** The binary solutions, one class against the rest, with what a `Fit` says of them. */
export async function fitSvm(
  { data, bound, tolerance, kernel: kernelOf, refit }: SvmTask,
  context: FitContext,
): Promise<{ readonly solutions: readonly SvmSolution[] } & Pick<Fit, "training" | "state">> {
  const kernel = await kernelOf(data);
  const before = refit && { ...refit, kernel: await kernelOf(refit.previous), state: refit.fit.state as SvmState };
  let solutions: SvmSolution[];
  try {
    solutions = await oneAgainstRest(data, async (y, problem) => {
      const start =
        before &&
        (await warmStart({
          y,
          bound,
          kernel,
          previousKernel: before.kernel,
          previous: before.state[problem],
          changed: Int32Array.from(before.changed),
        }));
      const solution = await solveSvm({
        kernel,
        y,
        bound,
        tolerance,
        maxIterations: MAX_ITERATIONS,
        ...(start && { start }),
      });
      context.onProgress?.((problem + 1) / data.classNames.length);
      return solution;
    });
  } finally {
    await kernel.release();
    await before?.kernel.release();
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
    state: solutions.map(({ beta, f }) => ({ beta, f })) satisfies SvmState,
  };
}
