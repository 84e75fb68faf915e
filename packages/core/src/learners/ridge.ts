// The ridge classifier: regularised least squares on labels of -1 and +1, bias free.

import { z } from "zod";
import type { SparseRows } from "../data/dataset.ts";
import { matrixProduct } from "../models/matrixProduct.ts";
import type { Runtime } from "../models/runtime.ts";
import type { Tensor } from "../tensor.ts";
import { type CholeskyFactor, cholesky } from "./cholesky.ts";
import type { FitContext, Learner } from "./learner.ts";
import { fitPrimal } from "./linearFit.ts";
import { hessian, MAX_HESSIAN, squaredLoss } from "./linearObjective.ts";
import { balancedOption, rowWeights } from "./rowWeights.ts";

const options = z.strictObject({
  alpha: z.number().positive().default(1).describe("weight of ||w||^2 against the squared errors"),
  balanced: balancedOption,
});

type Options = z.infer<typeof options>;

/**
 * minimise ||X w + b - y||^2 + alpha ||w||^2, y = -1 or +1, b not regularised.
 *
 * The normal equations, solved in float64: factored where D is at most 2,000, then refined by conjugate gradients to
 * a residual of 1e-12 of the right side; several classes one against the rest.
 */
export const ridge: Learner<Options> = {
  name: "ridge",
  summary: "ridge classifier: regularised least squares on labels -1 and +1",
  options,
  complexities: { high: { alpha: 1 }, low: { alpha: 10 } },
  capabilities: { differentiable: true, affine: true, sparse: true, weighted: true },
  reference: "Demontis et al. 2019, section 4.1; objective as in scikit-learn's RidgeClassifier",
  fit: (data, options, context) => fitPrimal(problemOf(data, options, context), context),
  refit: ({ data, fit }, options, context) => fitPrimal({ ...problemOf(data, options, context), start: fit }, context),
};

function problemOf(data: Parameters<typeof ridge.fit>[0], { alpha, balanced }: Options, context: FitContext) {
  const weights = rowWeights(data, balanced, context);
  return {
    data,
    weights,
    loss: squaredLoss,
    penalty: 2 * alpha,
    tolerance: 1e-12,
    factor: (rows: SparseRows) => normalFactor(rows, weights, 2 * alpha, context.runtime),
  };
}

/** The factor of 2 X^T diag(weights) X + penalty, with a column of ones in X that the penalty spares. */
async function normalFactor(
  x: SparseRows,
  weights: Float64Array,
  penalty: number,
  runtime: Runtime,
): Promise<CholeskyFactor | undefined> {
  const d = x.columns;
  if (d > MAX_HESSIAN) return undefined;
  let pairs = 0;
  for (let i = 0; i < x.rows; i++) pairs += (x.start[i + 1] - x.start[i]) ** 2;
  if (pairs < 0.02 * x.rows * d * d || weights.some((weight) => weight !== 1)) {
    return cholesky(
      hessian(
        x,
        weights.map((weight) => 2 * weight),
        penalty,
      ),
      d + 1,
    );
  }
  // Half the precision at twice the speed: what it lacks, the refinement makes up for.
  const dense = withOnes(x);
  const product = await matrixProduct(runtime, "float32", "left");
  const { data } = await product.multiply(dense, dense);
  await product.release();
  const h = new Float64Array(data.length);
  for (let at = 0; at < h.length; at++) h[at] = 2 * data[at];
  for (let j = 0; j < d; j++) h[j * (d + 1) + j] += penalty;
  return cholesky(h, d + 1);
}

/** The rows with their zeros written out and a one at the end, [N, D + 1]. */
function withOnes(x: SparseRows): Tensor<"float32"> {
  const width = x.columns + 1;
  const data = new Float32Array(x.rows * width);
  for (let i = 0; i < x.rows; i++) {
    for (let k = x.start[i]; k < x.start[i + 1]; k++) data[i * width + x.index[k]] = x.value[k];
    data[i * width + x.columns] = 1;
  }
  return { type: "float32", shape: [x.rows, width], data };
}
