import { requireWeights } from "../checks.ts";
import { biasGradient, weightGradient } from "../convolution.ts";
import type { Dim } from "../dim.ts";
import { isStatic, multiplyDims } from "../dim.ts";
import { intAttribute } from "../graph.ts";
import { type Operator, unsupportedNode } from "../operator.ts";
import { remainder, spatialSizes, transposedWindowOf, windowAttributes } from "../window.ts";
import { kernelOf } from "./conv.ts";

/** The transpose of Conv as a linear map: Y[n, m, o stride + k dilation - before] sums W[c, m, k] X[n, c, o]. */
export const ConvTranspose: Operator = {
  required: 2,
  check: requireWeights,
  infer({ node, inputs: [x, w], unknownDim }) {
    const size = x!.shape.slice(2);
    const spatial: readonly Dim[] = isStatic(size)
      ? transposedWindowOf(node, size, kernelOf(node, w!)).input
      : size.map(unknownDim);
    return [
      { type: x!.type, shape: [x!.shape[0], multiplyDims(w!.shape[1], intAttribute(node, "group", 1)), ...spatial] },
    ];
  },
  gradient({ g, node, inputs: [x, w], cotangent }) {
    const window = transposedWindowOf(node, spatialSizes(node, g.type(x)), kernelOf(node, g.type(w)));
    if (remainder(window).some((rest, i) => rest >= window.strides[i])) {
      throw unsupportedNode(node, "an output_padding smaller than the stride", `[${remainder(window)}]`);
    }
    const group = intAttribute(node, "group", 1);
    const dx = g.node("Conv", [cotangent, w], { ...windowAttributes(window), group: { int: group } });
    return [dx, weightGradient(g, w, cotangent, x, window, group), biasGradient(g, cotangent)];
  },
};
