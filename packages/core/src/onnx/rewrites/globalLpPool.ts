import { intAttribute } from "../graph.ts";
import type { Rewrite } from "./rewrite.ts";

/** The Lp norm of each channel of an image. */
export const GlobalLpPool: Rewrite = {
  rewrite(g, node) {
    const [x] = node.inputs;
    const p = intAttribute(node, "p", 2);
    const axes = g.ints(Array.from({ length: g.type(x).shape.length - 2 }, (_, i) => 2 + i));
    if (p === 1 || p === 2) return g.node(p === 1 ? "ReduceL1" : "ReduceL2", [x, axes]);
    const sum = g.node("ReduceSum", [g.node("Pow", [g.node("Abs", [x]), g.scalar(p, x)]), axes]);
    return g.node("Pow", [sum, g.scalar(1 / p, x)]);
  },
};
