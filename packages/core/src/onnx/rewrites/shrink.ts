import { floatAttribute } from "../graph.ts";
import type { Rewrite } from "./rewrite.ts";

/** x - bias above lambd, x + bias below -lambd, else 0. */
export const Shrink: Rewrite = {
  rewrite(g, node) {
    const [x] = node.inputs;
    const [bias, bound] = [floatAttribute(node, "bias", 0), floatAttribute(node, "lambd", 0.5)];
    const above = g.node("Where", [
      g.node("Greater", [x, g.scalar(bound, x)]),
      g.node("Sub", [x, g.scalar(bias, x)]),
      g.scalar(0, x),
    ]);
    const isBelow = g.node("Less", [x, g.scalar(-bound, x)]);
    return g.node("Where", [isBelow, g.node("Add", [x, g.scalar(bias, x)]), above]);
  },
};
