import { stringAttribute } from "../graph.ts";
import { nodeError } from "../operator.ts";
import { type Lowering, realInput } from "./lowering.ts";

/**
 * Each row by its largest entry (MAX), its sum of sizes (L1) or its length (L2); rows where that is zero stay as they
 * are.
 */
export const Normalizer: Lowering = (g, node) => {
  const x = realInput(g, node);
  const axis = g.ints([-1]);
  const name = stringAttribute(node, "norm", "MAX");
  const op = { MAX: "ReduceMax", L1: "ReduceL1", L2: "ReduceL2" }[name];
  if (!op) throw nodeError(node, "norm MAX, L1 or L2", name);
  const size = g.node(op, [x, axis]);
  const isZero = g.node("Equal", [size, g.scalar(0, x)]);
  return g.node("Div", [x, g.node("Where", [isZero, g.scalar(1, x), size])]);
};
