import { intAttribute } from "../graph.ts";
import { nodeError } from "../operator.ts";
import type { Rewrite } from "./rewrite.ts";

/** x by its L1 or L2 norm along an axis; where that is zero, x as it is. */
export const LpNormalization: Rewrite = {
  rewrite(g, node) {
    const [x] = node.inputs;
    const p = intAttribute(node, "p", 2);
    if (p !== 1 && p !== 2) throw nodeError(node, "p of 1 or 2", `${p}`);
    const norm = g.node(p === 1 ? "ReduceL1" : "ReduceL2", [x, g.ints([intAttribute(node, "axis", -1)])]);
    const isZero = g.node("Equal", [norm, g.scalar(0, x)]);
    return g.node("Div", [x, g.node("Where", [isZero, g.scalar(1, x), norm])]);
  },
};
