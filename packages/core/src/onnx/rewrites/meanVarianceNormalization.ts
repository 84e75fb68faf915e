import { intsAttribute } from "../graph.ts";
import type { Rewrite } from "./rewrite.ts";

/** (x - mean) / (deviation + 1e-9) over axes, which are samples and places of images by default. */
export const MeanVarianceNormalization: Rewrite = {
  rewrite(g, node) {
    const [x] = node.inputs;
    const axes = g.ints(intsAttribute(node, "axes", [0, 2, 3]));
    const mean = (value: string) => g.node("ReduceMean", [value, axes]);
    const centred = g.node("Sub", [x, mean(x)]);
    const deviation = g.node("Sqrt", [mean(g.node("Mul", [centred, centred]))]);
    return g.node("Div", [centred, g.node("Add", [deviation, g.scalar(1e-9, x)])]);
  },
};
