// Which loss the input-gradient size S is taken of: the primary definition and its named alternatives.

import { assert } from "../errors.ts";
import { marginsOf } from "../models/climbedLosses.ts";
import type { Differentiable } from "../models/open.ts";
import type { Tensor } from "../tensor.ts";
import type { Norm } from "../threat/norm.ts";
import { gradientSizes } from "./gradients.ts";

/**
 * The slope l'(m) of a loss of the margin m (best other score less own), for losses that are functions of it.
 *
 * For two classes with scores (-f, f) the margin is m = -2 y f, so a loss of y f is one of m / 2.
 */
const slopes = {
  hinge: (m: number) => (m / 2 > -1 ? 0.5 : 0),
  logistic: (m: number) => 0.5 / (1 + Math.exp(-m / 2)),
  squared: (m: number) => Math.abs(1 + m / 2),
  margin: () => 1,
} as const;

/** The definitions of S by name, with what each is. */
export const sizeDefinitions = {
  crossEntropy: "the full gradient of the cross-entropy of the scores (primary)",
  halfCrossEntropy: "half of it: the gradient through one of the two scores (-f, f) alone, as the paper's figures",
  hinge: "max(0, 1 - y f)",
  logistic: "log(1 + exp(-y f))",
  squared: "(1 - y f)^2",
  margin: "the margin itself, whatever the confidence",
} as const;

/** The name of a definition of S. */
export type SizeDefinition = keyof typeof sizeDefinitions;

/**
 * S of each point under a definition: the dual norm of the input gradient of the loss that it names.
 *
 * With y f = -m / 2, where m is the margin, which for K = 2 is what each loss means; for more classes m compares with
 * the best other class.
 *
 * Source: Demontis et al. 2019, Eq. (17), which leaves the loss open.
 */
export async function inputGradientSizes(
  model: Differentiable,
  x: Tensor,
  labels: Int32Array,
  norm: Norm,
  definition: SizeDefinition = "crossEntropy",
): Promise<Float64Array> {
  if (definition === "crossEntropy" || definition === "halfCrossEntropy") {
    const { gradient } = await model.inputGradient("crossEntropy", x, labels);
    const factor = definition === "crossEntropy" ? 1 : 0.5;
    return gradientSizes(gradient, norm).map((size) => factor * size);
  }
  const slope = slopes[definition];
  assert(slope, `size definition ${definition}`);
  const { gradient } = await model.inputGradient("margin", x, labels);
  const margins = await marginsOf(model, x, labels);
  return gradientSizes(gradient, norm).map((size, i) => slope(margins[i]) * size);
}
