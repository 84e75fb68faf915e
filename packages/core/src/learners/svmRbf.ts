// The support vector machine with a Gaussian (RBF) kernel, bias free.

import { z } from "zod";
import { type Dataset, featureCount } from "../data/dataset.ts";
import { kernelModel } from "./kernelModel.ts";
import type { Fit, FitContext, Learner, RefitTask } from "./learner.ts";
import { decades } from "./regularisation.ts";
import { requireBinary, retrainSvm } from "./retraining/retrainSvm.ts";
import { balancedOption, rowWeights } from "./rowWeights.ts";
import { type KnownRows, rbfKernel } from "./solvers/kernel.ts";
import { movingKernel, rbfForm } from "./solvers/movingKernel.ts";
import { fitSvm } from "./solvers/svmFit.ts";

const options = z.strictObject({
  C: z.number().positive().default(1).describe("weight of the loss against 1/2 ||w||^2"),
  gamma: z
    .number()
    .positive()
    .optional()
    .describe("width of the kernel exp(-gamma ||x - z||^2); 1 / D where absent, for features in [0, 1]"),
  tolerance: z.number().positive().lt(1).default(1e-4).describe("largest violation of the optimality conditions"),
  cache: z.number().positive().default(512).describe("megabytes that kernel rows may fill"),
  mostRows: z
    .number()
    .int()
    .positive()
    .optional()
    .describe("rows beyond which training is refused; 50,000 where absent"),
  balanced: balancedOption,
});

type Options = z.infer<typeof options>;

/**
 * minimise 1/2 ||w||^2 + C sum_i max(0, 1 - y_i f(x_i)), f(x) = w . phi(x) + b, phi(x) . phi(z) = exp(-gamma ||x -
 * z||^2).
 *
 * Solved in the dual by working sets in float64; several classes one against the rest.
 */
export const svmRbf: Learner<Options> = {
  name: "svm-rbf",
  summary: "support vector machine with a Gaussian (RBF) kernel",
  family: "kernel",
  options,
  complexities: { high: { C: 100, gamma: 0.01 }, low: { C: 1, gamma: 0.01 } },
  capabilities: { differentiable: true, affine: false, sparse: true, weighted: true, kernel: true },
  reference: "Demontis et al. 2019, section 4.1; objective as in scikit-learn's SVC(kernel='rbf')",
  estimates: { fit: (_, { rows }) => 0.12e-3 * rows, gradient: 12, poisoningPoint: 0.2 },
  regularisation: { option: "C", choices: decades },
  fit: (data, chosen, context) => train(data, chosen, context),
  refit: (task, chosen, context) => train(task.data, chosen, context, task),
  async retrain(task, { C, gamma = 1 / featureCount(task.data), tolerance, balanced }, { runtime }) {
    requireBinary("svm-rbf", task.data, balanced);
    return retrainSvm({ task, C, tolerance, kernel: await movingKernel(task, rbfForm(gamma), runtime) });
  },
};

async function train(data: Dataset, chosen: Options, context: FitContext, refit?: RefitTask): Promise<Fit> {
  const { C, gamma = 1 / featureCount(data), tolerance, cache, balanced } = chosen;
  const bound = rowWeights(data, balanced, context).map((weight) => C * weight);
  const kernel = (each: Dataset, known?: KnownRows) =>
    rbfKernel(each.features, gamma, cache * 2 ** 20, context.runtime, known);
  const { solutions, ...rest } = await fitSvm({ data, bound, tolerance, kernel, refit }, context);
  return { model: kernelModel(solutions, gamma, data), ...rest };
}
