import { tensor } from "../../tensor.ts";
import { stringAttribute } from "../graph.ts";
import type { Rewrite } from "./rewrite.ts";

/**
 * In opset 10, and in Upsample before it, element o of a scaled axis lies at o / scale; of the nearest, the lower is
 * taken.
 */
const rewrite: Rewrite["rewrite"] = (g, node) => {
  const listed = node.attributes.scales;
  const scales =
    listed && "floats" in listed
      ? g.constant(tensor("float32", [listed.floats.length], listed.floats))
      : node.inputs[1];
  return g.node("Resize", [node.inputs[0], "", scales], {
    mode: { string: stringAttribute(node, "mode", "nearest") },
    coordinate_transformation_mode: { string: "asymmetric" },
    nearest_mode: { string: "floor" },
  });
};

/** The second input held the scales in opset 10. */
export const Resize: Rewrite = { until: 10, rewrite };

/** Resize's name before opset 10; the scales were an attribute before opset 9. */
export const Upsample: Rewrite = { until: 9, rewrite };
