// rho: how alike the perturbations are that two models ask for.

import type { FloatType, Tensor } from "../tensor.ts";
import { cosines, perturbationDirections } from "./directions.ts";

/**
 * Pearson's coefficient of two perturbations of each point, over features; -1 to 1, NaN where one of them is constant.
 *
 * rho of a pair of models is the mean over points. `surrogate` and `target` are the points [N, ...] crafted on each of
 * the two models.
 *
 * Source: Demontis et al. 2019, Fig. 6c.
 */
export function perturbationCorrelations(
  clean: Tensor<FloatType>,
  surrogate: Tensor<FloatType>,
  target: Tensor<FloatType>,
): Float64Array {
  return cosines(perturbationDirections(clean, surrogate), perturbationDirections(clean, target));
}
