import type { Lowering } from "./lowering.ts";

/** The features of the given indices; one row where the input is a list. */
export const ArrayFeatureExtractor: Lowering = (g, node) => {
  const [x, indices] = node.inputs;
  const flat = g.node("Reshape", [indices, g.ints([-1])]);
  const picked = g.node("Gather", [x, flat], { axis: { int: -1 } });
  return g.type(x).shape.length === 1 ? g.node("Unsqueeze", [picked, g.ints([0])]) : picked;
};
