// The linear support vector machine, hinge or squared hinge loss, bias free.

import { z } from "zod";
import { type Dataset, rowCount } from "../data/dataset.ts";
import type { Fit, FitContext, Learner, RefitTask } from "./learner.ts";
import { linearModel, linearRows, spreadOut } from "./linearModel.ts";
import { decades } from "./regularisation.ts";
import { retrainLinear } from "./retraining/retrainLinear.ts";
import { requireBinary, retrainSvm } from "./retraining/retrainSvm.ts";
import { balancedOption, rowWeights } from "./rowWeights.ts";
import { coordinateStart } from "./solvers/coordinateStart.ts";
import { linearKernel, MANY } from "./solvers/kernel.ts";
import { fitPrimal } from "./solvers/linearFit.ts";
import { squaredHingeLoss } from "./solvers/linearObjective.ts";
import { addTo, isWide } from "./solvers/linearRows.ts";
import { linearForm, movingKernel } from "./solvers/movingKernel.ts";
import { smoothedStart } from "./solvers/smoothedStart.ts";
import { fitSvm } from "./solvers/svmFit.ts";
import { MOST_FREE } from "./solvers/workingSets.ts";
import { isWideTraining, linearSeconds, type TrainingSize, wideSeconds } from "./trainingSize.ts";

const options = z.strictObject({
  C: z.number().positive().default(1).describe("weight of the loss against 1/2 ||w||^2"),
  loss: z.enum(["hinge", "squared-hinge"]).default("hinge").describe("loss of a row, hinge or squared-hinge"),
  tolerance: z
    .number()
    .positive()
    .lt(1)
    .default(1e-6)
    .describe(
      "largest violation of the optimality conditions; of squared hinge, 1,000 times the gradient's norm " +
        "against the start",
    ),
  balanced: balancedOption,
});

type Options = z.infer<typeof options>;

/**
 * minimise 1/2 ||w||^2 + C sum_i max(0, 1 - y_i f(x_i)) (or its square), f(x) = w . x + b, b not regularised.
 *
 * Hinge: solved in the dual by working sets in float64; many rows from a smoothed hinge on, whose band follows the
 * slopes, and sparse ones with more columns than there are rows by one row after the other. Squared hinge: in the
 * primal by truncated Newton. Several classes one against the rest.
 */
export const svmLinear: Learner<Options> = {
  name: "svm-linear",
  summary: "linear support vector machine, hinge or squared hinge loss",
  family: "linear",
  options,
  complexities: { high: { C: 100 }, low: { C: 0.01 } },
  capabilities: { differentiable: true, affine: true, sparse: true, weighted: true, scales: true },
  reference: "Demontis et al. 2019, section 4.1; objective as in scikit-learn's SVC(kernel='linear')",
  estimates: {
    fit: (_, size) => secondsOf(size),
    gradient: 5,
    poisoningPoint: 0.1,
  },
  regularisation: { option: "C", choices: decades },
  fit: (data, chosen, context) => train(data, chosen, context),
  refit: (task, chosen, context) => train(task.data, chosen, context, task),
  async retrain(task, { C, loss, tolerance, balanced }, { runtime }) {
    requireBinary("svm-linear", task.data, balanced);
    if (loss === "hinge")
      return retrainSvm({ task, C, tolerance, kernel: await movingKernel(task, linearForm, runtime) });
    const problem = { task, loss: squaredHingeLoss, weight: C, penalty: 1, tolerance: tolerance / 1000, runtime };
    return retrainLinear(problem);
  },
};

async function train(
  data: Dataset,
  { C, loss, tolerance, balanced }: Options,
  context: FitContext,
  refit?: RefitTask,
): Promise<Fit> {
  const bound = rowWeights(data, balanced, context).map((weight) => C * weight);
  if (loss === "squared-hinge") {
    const problem = { data, weights: bound, loss: squaredHingeLoss, penalty: 1, tolerance: tolerance / 1000 };
    return fitPrimal({ ...problem, start: refit?.fit }, context);
  }
  const compressed = linearRows(data, context.scaling);
  const rowsOf = (each: Dataset) => (each === data ? compressed : linearRows(each, context.scaling)).rows;
  const kernel = (each: Dataset) => linearKernel(rowsOf(each), context.runtime);
  const { rows } = compressed;
  const mayBeFree = Math.min(rows.rows, rows.columns + 1);
  const startOf =
    rowCount(data) > MANY || mayBeFree > MOST_FREE
      ? async (y: Float64Array, onProgress: (done: number) => void) =>
          (isWide(rows) && coordinateStart(rows, y, bound, tolerance, onProgress)) ||
          smoothedStart(rows, y, bound, tolerance, context.runtime, onProgress)
      : undefined;
  const { solutions, ...rest } = await fitSvm({ data, bound, tolerance, kernel, refit, startOf }, context);
  const functions = solutions.map(({ beta, bias }) => {
    const weights = addTo(compressed.rows, beta, new Float64Array(compressed.rows.columns));
    return spreadOut(compressed, weights, bias);
  });
  return { model: linearModel(functions, data), ...rest };
}

/** Seconds for each row and pair of what all rows can span, where working sets do it alone, by a factor of K. */
const CUBED = 1e-10;

function secondsOf(size: TrainingSize): number {
  const { rows, features, perRow } = size;
  const rank = Math.min(rows, features + 1);
  if (perRow !== undefined && rows <= MANY && rank <= MOST_FREE)
    return Math.max(CUBED * rows * rank ** 2, linearSeconds({ each: 0.08, power: 0, most: 1 }, size));
  return isWideTraining(size) ? wideSeconds(1.5e-6, size) : linearSeconds({ each: 0.08, power: 3, most: 160 }, size);
}
