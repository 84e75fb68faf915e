import { floatAttribute, intAttribute } from "../graph.ts";
import { unknownSize } from "../operator.ts";
import type { Rewrite } from "./rewrite.ts";

/** y = x / (bias + alpha mean)^beta, the mean of squares over neighbouring channels (Krizhevsky and others, 2012). */
export const LRN: Rewrite = {
  rewrite(g, node) {
    const [x] = node.inputs;
    const size = intAttribute(node, "size", 0);
    const channels = g.type(x).shape[1];
    if (size < 1 || typeof channels !== "number")
      throw unknownSize(node, "a size of 1 or more, and the channels,", `${size} and ${channels}`);
    // The channels as the rows of images of one channel, of which a window is averaged; margins count as zeros.
    const images = g.node("Reshape", [g.node("Mul", [x, x]), g.ints([0, 1, channels, -1])]);
    const before = Math.floor((size - 1) / 2);
    const means = g.node("AveragePool", [images], {
      kernel_shape: { ints: [size, 1] },
      pads: { ints: [before, 0, size - 1 - before, 0] },
      count_include_pad: { int: 1 },
    });
    const mean = g.node("Reshape", [means, g.node("Shape", [x])]);
    const scaled = g.node("Mul", [mean, g.scalar(floatAttribute(node, "alpha", 1e-4), x)]);
    const base = g.node("Add", [scaled, g.scalar(floatAttribute(node, "bias", 1), x)]);
    return g.node("Mul", [x, g.node("Pow", [base, g.scalar(-floatAttribute(node, "beta", 0.75), x)])]);
  },
};
