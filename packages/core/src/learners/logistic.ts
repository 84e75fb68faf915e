// Logistic regression, L2-regularised, bias free.

import { z } from "zod";
import type { Dataset } from "../data/dataset.ts";
import { norm } from "../linalg.ts";
import type { Fit, FitContext, Learner, RetrainTask } from "./learner.ts";
import { linearModel, linearRows, spreadOut } from "./linearModel.ts";
import { multinomialObjective } from "./multinomial.ts";
import { graphProblem } from "./networks/graphProblem.ts";
import { networkOf } from "./networks/layers.ts";
import { flatShape } from "./networks/network.ts";
import { decades } from "./regularisation.ts";
import { retrainGraph } from "./retraining/retrainGraph.ts";
import { retrainLinear } from "./retraining/retrainLinear.ts";
import { requireBinary } from "./retraining/retrainSvm.ts";
import { balancedOption, rowWeights } from "./rowWeights.ts";
import { fitPrimal, notReached } from "./solvers/linearFit.ts";
import { logisticLoss } from "./solvers/logisticLoss.ts";
import { minimizeNewton } from "./solvers/newton.ts";
import { isWideTraining, linearSeconds, wideSeconds } from "./trainingSize.ts";

const options = z.strictObject({
  C: z.number().positive().default(1).describe("weight of the loss against 1/2 ||w||^2"),
  multinomial: z
    .boolean()
    .default(false)
    .describe("whether all classes are trained together, by the cross-entropy of the softmax of their scores"),
  tolerance: z
    .number()
    .positive()
    .lt(1)
    .default(1e-8)
    .describe("norm of the gradient at which training stops, relative to the start"),
  balanced: balancedOption,
});

type Options = z.infer<typeof options>;

/**
 * minimise 1/2 ||w||^2 + C sum_i log(1 + exp(-y_i f(x_i))), f(x) = w . x + b, b not regularised.
 *
 * Solved in float64 by truncated Newton, of two classes by L-BFGS until that is slow; several classes one against the
 * rest, or together where `multinomial`.
 */
export const logistic: Learner<Options> = {
  name: "logistic",
  summary: "logistic regression, L2-regularised",
  family: "linear",
  options,
  complexities: { high: { C: 10 }, low: { C: 1 } },
  capabilities: { differentiable: true, affine: true, sparse: true, weighted: true, scales: true },
  reference: "Demontis et al. 2019, section 4.1; objective as in scikit-learn's LogisticRegression (lbfgs)",
  estimates: {
    fit: ({ C }, size) =>
      isWideTraining(size)
        ? wideSeconds(Math.min(12e-6, 4e-6 * C ** 0.25), size)
        : linearSeconds({ each: 0.2, power: 0.5, most: 3 }, size),
    gradient: 5,
    poisoningPoint: 0.3,
  },
  regularisation: { option: "C", choices: decades },
  async fit(data, chosen, context) {
    return train(data, chosen, context);
  },
  async refit({ data, fit }, chosen, context) {
    return train(data, chosen, context, fit);
  },
  async retrain(task, { C, balanced, tolerance, multinomial }, context) {
    const { runtime } = context;
    if (multinomial && !balanced) return retrainMultinomial(task, C, tolerance, context);
    requireBinary("logistic", task.data, balanced);
    return retrainLinear({ task, loss: logisticLoss, weight: C, penalty: 1, tolerance, runtime });
  },
};

/** The general form: a network of one layer, whose weights decay and whose biases do not. */
async function retrainMultinomial(task: RetrainTask, C: number, tolerance: number, context: FitContext) {
  const shape = flatShape(task.data);
  const network = networkOf(shape, [], task.data.classNames.length, context.random("weights"));
  const decays = (name: string) => name.startsWith("weights");
  const problem = await graphProblem(network, shape, "float64", decays, context.runtime);
  const sizes = Array.from(network.weights.values(), ({ data }) => data.length);
  const start = new Float64Array(sizes.reduce((sum, size) => sum + size, 0));
  const solver = {
    damping: 1e-9,
    steps: 100,
    products: 1000,
    tolerance: tolerance * task.data.labels.length,
    ...task.solver,
  };
  return retrainGraph({ task: { ...task, solver }, problem, start, rowShape: shape, weight: () => C, decay: 1 });
}

async function train(data: Dataset, { C, tolerance, ...rest }: Options, context: FitContext, start?: Fit) {
  const weights = rowWeights(data, rest.balanced, context).map((weight) => C * weight);
  if (rest.multinomial) return fitMultinomial(data, weights, tolerance, context, start);
  return fitPrimal({ data, weights, loss: logisticLoss, penalty: 1, tolerance, start, smooth: true }, context);
}

async function fitMultinomial(
  data: Dataset,
  weights: Float64Array,
  tolerance: number,
  context: FitContext,
  start?: Fit,
): Promise<Fit> {
  const compressed = linearRows(data, context.scaling);
  const { rows } = compressed;
  const classes = data.classNames.length;
  const evaluate = multinomialObjective(rows, data.labels, weights, classes);
  const origin = new Float64Array(classes * (rows.columns + 1));
  const known = start?.state as Float64Array | undefined;
  const result = await minimizeNewton(evaluate, known?.length === origin.length ? known : origin, {
    tolerance: tolerance * norm(evaluate(origin).gradient),
    maxIterations: 500,
  });
  if (!result.converged) throw notReached(result, tolerance);
  context.onProgress?.(1);
  const parts = Array.from({ length: classes }, (_, k) =>
    result.x.subarray(k * (rows.columns + 1), (k + 1) * (rows.columns + 1)),
  );
  // A shift that all biases share changes nothing; of all optima, the one whose biases sum to zero.
  const shift = parts.reduce((sum, part) => sum + part[rows.columns], 0) / classes;
  const functions = parts.map((part) => spreadOut(compressed, part, part[rows.columns] - shift));
  return {
    model: linearModel(functions, data),
    training: { objective: result.value, gradientNorm: result.gradientNorm, iterations: result.iterations },
    state: result.x,
  };
}
