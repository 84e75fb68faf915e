import { tensor } from "../../tensor.ts";
import { stringAttribute } from "../graph.ts";
import { asymmetric } from "./resize.ts";
import type { Rewrite } from "./rewrite.ts";

/** Resize's name before opset 10; the scales were an attribute before opset 9. */
export const Upsample: Rewrite = {
  until: 9,
  rewrite(node, context) {
    const listed = node.attributes.scales;
    const scales =
      listed && "floats" in listed
        ? context.constant(tensor("float32", [listed.floats.length], listed.floats))
        : node.inputs[1];
    const mode = stringAttribute(node, "mode", "nearest");
    return { ...node, op: "Resize", inputs: [node.inputs[0], "", scales], attributes: asymmetric(mode) };
  },
};
