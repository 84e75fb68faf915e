import { requireWeights } from "../checks.ts";
import { biasGradient, weightGradient } from "../convolution.ts";
import { isStatic } from "../dim.ts";
import { intAttribute, type Node } from "../graph.ts";
import { nodeError, type Operator, unknownSize } from "../operator.ts";
import type { ValueType } from "../valueType.ts";
import { remainder, slidingShape, spatialSizes, windowAttributes, windowOf } from "../window.ts";

/**
 * Y[n, m, o] = b[m] + sum over c and k of W[m, c, k] X[n, c, o stride + k dilation - before], in any number of
 * dimensions.
 */
export const Conv: Operator = {
  required: 2,
  check: requireWeights,
  infer({ node, inputs: [x, w], unknownDim }) {
    const [filters, channels] = w!.shape;
    const expected = x!.shape[1];
    const total = typeof channels === "number" ? channels * intAttribute(node, "group", 1) : expected;
    if (typeof expected === "number" && expected !== total) {
      throw nodeError(node, `${total} channels, as the weights [${w!.shape}] have`, `${expected}`);
    }
    const spatial = slidingShape(node, x!.shape.slice(2), kernelOf(node, w!), unknownDim);
    return [{ type: x!.type, shape: [x!.shape[0], filters, ...spatial] }];
  },
  gradient({ g, node, inputs: [x, w], cotangent }) {
    const window = windowOf(node, spatialSizes(node, g.type(x)), kernelOf(node, g.type(w)));
    const group = intAttribute(node, "group", 1);
    const dx = g.node("ConvTranspose", [cotangent, w], {
      ...windowAttributes(window),
      group: { int: group },
      output_padding: { ints: remainder(window) },
    });
    return [dx, weightGradient(g, w, x, cotangent, window, group), biasGradient(g, cotangent)];
  },
};

/** The spatial sizes of the weights. */
export function kernelOf(node: Node, weights: ValueType): readonly number[] {
  const kernel = weights.shape.slice(2);
  if (!isStatic(kernel)) throw unknownSize(node, "the size of the kernel", `[${weights.shape}]`);
  return kernel;
}
