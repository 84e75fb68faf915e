import { type FloatType, sizeOf, type Tensor, tensor } from "../../tensor.ts";
import type { GraphBuilder } from "../builder.ts";
import { intAttribute, type Node } from "../graph.ts";
import { requireSmall } from "../limits.ts";
import type { Operator } from "../operator.ts";
import { spreadOverWindows } from "../pooling.ts";
import { kernelShape, slidingShape, spatialSizes, type Window, windowOf } from "../window.ts";

/** y = the mean of each window, of its elements inside the input (with the margin where `count_include_pad` is set). */
export const AveragePool: Operator = {
  infer({ node, inputs: [x], unknownDim }) {
    const spatial = slidingShape(node, x!.shape.slice(2), kernelShape(node), unknownDim);
    return [{ type: x!.type, shape: [...x!.shape.slice(0, 2), ...spatial] }];
  },
  gradient({ g, node, inputs: [x], cotangent }) {
    const window = windowOf(node, spatialSizes(node, g.type(x)), kernelShape(node));
    const share = g.node("Mul", [cotangent, g.constant(reciprocalCounts(g, node, x, window))]);
    return [spreadOverWindows(g, node, share, x, window)];
  },
};

/** One over the number of elements that each window averages, of the output's spatial shape. */
function reciprocalCounts(g: GraphBuilder, node: Node, x: string, window: Window): Tensor {
  const { input, output, kernel, strides, dilations, before, after } = window;
  requireSmall(sizeOf(output), "places of an averaging window");
  const withMargin = intAttribute(node, "count_include_pad", 0) === 1;
  // A window is a box, so its count is a product over the axes.
  const perAxis = output.map((length, i) =>
    Array.from({ length }, (_, o) => {
      const low = withMargin ? 0 : before[i];
      const high = before[i] + input[i] + (withMargin ? after[i] : 0);
      const places = Array.from({ length: kernel[i] }, (_, k) => o * strides[i] + k * dilations[i]);
      return places.filter((place) => place >= low && place < high).length;
    }),
  );
  const counts = perAxis.reduce<number[]>(
    (heads, axis) => heads.flatMap((head) => axis.map((each) => head * each)),
    [1],
  );
  return tensor(
    g.type(x).type as FloatType,
    output,
    counts.map((count) => 1 / count),
  );
}
