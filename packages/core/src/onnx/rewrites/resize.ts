import { stringAttribute } from "../graph.ts";
import type { Rewrite } from "./rewrite.ts";

/** In opset 10 the second input holds the scales, and element o lies at o / scale, rounded down where the nearest is taken. */
export const Resize: Rewrite = {
  until: 10,
  rewrite(node) {
    const [x, scales] = node.inputs;
    return { ...node, inputs: [x, "", scales], attributes: asymmetric(stringAttribute(node, "mode", "nearest")) };
  },
};

/** What Resize meant in opset 10, and Upsample before it, in the attributes of today. */
export function asymmetric(mode: string) {
  return {
    mode: { string: mode },
    coordinate_transformation_mode: { string: "asymmetric" },
    nearest_mode: { string: "floor" },
  };
}
