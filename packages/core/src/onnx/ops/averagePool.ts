import { type FloatType, type Tensor, tensor } from "../../tensor.ts";
import { requireImages } from "../checks.ts";
import { intAttribute, type Node } from "../graph.ts";
import type { GraphWriter, Operator } from "../operator.ts";
import { countsOfWindows, spreadOverWindows } from "../pooling.ts";
import { rangeOfUnion, zeroRange } from "../range.ts";
import { kernelShape, slidingShape, spatialSizes, type Window, windowOf } from "../window.ts";

/** y = the mean of each window, of its elements inside the input (with the margin where `count_include_pad` is set). */
export const AveragePool: Operator = {
  check: requireImages,
  infer({ node, inputs: [x], unknownDim }) {
    const spatial = slidingShape(node, x!.shape.slice(2), kernelShape(node), unknownDim);
    return [{ type: x!.type, shape: [...x!.shape.slice(0, 2), ...spatial] }];
  },
  range: ([x], node) => rangeOfUnion([x, zeroRange], node),
  gradient({ g, node, inputs: [x], cotangent }) {
    const window = windowOf(node, spatialSizes(node, g.type(x)), kernelShape(node));
    const share = g.node("Mul", [cotangent, g.constant(reciprocalCounts(g, node, x, window))]);
    return [spreadOverWindows(g, node, share, x, window)];
  },
};

/** One over the number of elements that each window averages, of the output's spatial shape. */
function reciprocalCounts(g: GraphWriter, node: Node, x: string, window: Window): Tensor {
  const counts = countsOfWindows(window, intAttribute(node, "count_include_pad", 0) === 1);
  return tensor(
    g.type(x).type as FloatType,
    window.output,
    counts.map((count) => 1 / count),
  );
}
