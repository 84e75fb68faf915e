import { floatAttribute } from "../graph.ts";
import { type Lowering, realInput } from "./lowering.ts";

/** 1 above the threshold, else 0; its gradient is zero. */
export const Binarizer: Lowering = (g, node) => {
  const x = realInput(g, node);
  const isAbove = g.node("Greater", [x, g.scalar(floatAttribute(node, "threshold", 0), x)]);
  return g.node("Cast", [isAbove], { to: { int: 1 } });
};
