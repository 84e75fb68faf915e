import { type FloatType, sizeOf, tensor } from "../../tensor.ts";
import type { GraphBuilder } from "../builder.ts";
import { intAttribute, intsAttribute, type Node } from "../graph.ts";
import { unknownSize } from "../operator.ts";
import { countsOfWindows } from "../pooling.ts";
import { kernelShape, remainder, spatialSizes, windowOf } from "../window.ts";
import type { Rewrite } from "./rewrite.ts";

/** Averages got dilations in opset 19; without them nothing changed. */
export const AveragePool: Rewrite = {
  since: 19,
  applies: ({ attributes }) => attributes.dilations !== undefined,
  rewrite(g, node) {
    if (intsAttribute(node, "dilations", []).some((each) => each !== 1)) return dilated(g, node);
    const { dilations: _, ...attributes } = node.attributes;
    return g.node("AveragePool", node.inputs, attributes);
  },
};

/** The sums over windows, as a convolution of each channel with ones, over the number of elements. */
function dilated(g: GraphBuilder, node: Node): string {
  const [x] = node.inputs;
  const type = g.type(x).type as FloatType;
  const window = windowOf(node, spatialSizes(node, g.type(x)), kernelShape(node));
  const { kernel, strides, dilations, before, input, output } = window;
  const after = remainder(window).map((rest, i) => Math.max(0, window.after[i] - rest));
  const channels = g.node("Reshape", [x, g.ints([-1, 1, ...input])]);
  const ones = g.constant(tensor(type, [1, 1, ...kernel], new Array<number>(sizeOf(kernel)).fill(1)));
  const sums = g.node("Conv", [channels, ones], {
    strides: { ints: strides },
    dilations: { ints: dilations },
    pads: { ints: [...before, ...after] },
  });
  const counts = countsOfWindows(window, intAttribute(node, "count_include_pad", 0) === 1);
  const means = g.node("Div", [sums, g.constant(tensor(type, output, counts))]);
  const [, size] = g.type(x).shape;
  if (typeof size !== "number") throw unknownSize(node, "the number of channels", `"${size}"`);
  return g.node("Reshape", [means, g.ints([-1, size, ...output])]);
}
