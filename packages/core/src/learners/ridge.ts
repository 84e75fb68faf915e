// The ridge classifier: regularised least squares on labels of -1 and +1, bias free.

import { z } from "zod";
import type { FitContext, Learner } from "./learner.ts";
import { decades } from "./regularisation.ts";
import { retrainLinear } from "./retraining/retrainLinear.ts";
import { requireBinary } from "./retraining/retrainSvm.ts";
import { balancedOption, rowWeights } from "./rowWeights.ts";
import { fitPrimal } from "./solvers/linearFit.ts";
import { squaredLoss } from "./solvers/linearObjective.ts";
import { isWideTraining, linearSeconds, wideSeconds } from "./trainingSize.ts";

const options = z.strictObject({
  alpha: z.number().positive().default(1).describe("weight of ||w||^2 against the squared errors"),
  balanced: balancedOption,
});

type Options = z.infer<typeof options>;

/**
 * minimise ||X w + b - y||^2 + alpha ||w||^2, y = -1 or +1, b not regularised.
 *
 * The normal equations, solved by conjugate gradients in float64 to a residual of 1e-12 of the right side,
 * preconditioned by their factor where D is at most 2,000; several classes one against the rest.
 */
export const ridge: Learner<Options> = {
  name: "ridge",
  summary: "ridge classifier: regularised least squares on labels -1 and +1",
  family: "linear",
  options,
  complexities: { high: { alpha: 1 }, low: { alpha: 10 } },
  capabilities: { differentiable: true, affine: true, sparse: true, weighted: true, scales: true },
  reference: "Demontis et al. 2019, section 4.1; objective as in scikit-learn's RidgeClassifier",
  estimates: {
    fit: (_, size) =>
      isWideTraining(size) ? wideSeconds(5e-6, size) : linearSeconds({ each: 0.05, power: 1.5, most: 15 }, size),
    gradient: 5,
    poisoningPoint: 0.09,
  },
  regularisation: { option: "alpha", choices: decades },
  fit: (data, options, context) => fitPrimal(problemOf(data, options, context), context),
  refit: ({ data, fit }, options, context) => fitPrimal({ ...problemOf(data, options, context), start: fit }, context),
  async retrain(task, { alpha, balanced }, { runtime }) {
    requireBinary("ridge", task.data, balanced);
    return retrainLinear({ task, loss: squaredLoss, weight: 1, penalty: 2 * alpha, tolerance: 1e-12, runtime });
  },
};

function problemOf(data: Parameters<typeof ridge.fit>[0], { alpha, balanced }: Options, context: FitContext) {
  const weights = rowWeights(data, balanced, context);
  return { data, weights, loss: squaredLoss, quadratic: true, penalty: 2 * alpha, tolerance: 1e-12 };
}
