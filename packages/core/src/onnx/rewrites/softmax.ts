import { intAttribute } from "../graph.ts";
import type { Rewrite } from "./rewrite.ts";

/** Before opset 13, Softmax and LogSoftmax took all axes from `axis` on together, and `axis` was 1 by default. */
export const Softmax: Rewrite = {
  until: 12,
  rewrite(node, context) {
    const axis = intAttribute(node, "axis", 1);
    const [x] = node.inputs;
    if (axis === -1) return node;
    const matrix = context.node("Flatten", [x], { axis: { int: axis } });
    const y = context.node(node.op, [matrix], { axis: { int: 1 } });
    return { ...node, op: "Reshape", inputs: [y, context.node("Shape", [x])], attributes: {} };
  },
};
