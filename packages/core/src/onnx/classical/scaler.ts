import { type Lowering, perFeature, rowsInput } from "./lowering.ts";

/** (x - offset) scale, by feature. */
export const Scaler: Lowering = (g, node) => {
  const [x, features] = rowsInput(g, node);
  const centred = g.node("Sub", [x, perFeature(g, node, "offset", features)]);
  return g.node("Mul", [centred, perFeature(g, node, "scale", features)]);
};
