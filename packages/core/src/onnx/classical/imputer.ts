import { floatAttribute } from "../graph.ts";
import { type Lowering, perFeature, rowsInput } from "./lowering.ts";

/** Puts a constant of the feature in place of one value, or of what is no number. */
export const Imputer: Lowering = (g, node) => {
  const [x, features] = rowsInput(g, node);
  const replaced = floatAttribute(node, "replaced_value_float", 0);
  const isMissing = Number.isNaN(replaced) ? g.node("IsNaN", [x]) : g.node("Equal", [x, g.scalar(replaced, x)]);
  return g.node("Where", [isMissing, perFeature(g, node, "imputed_value_floats", features), x]);
};
