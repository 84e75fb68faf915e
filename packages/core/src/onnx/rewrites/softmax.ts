import { intAttribute } from "../graph.ts";
import type { Rewrite } from "./rewrite.ts";

/** Before opset 13, Softmax and LogSoftmax took all axes from `axis` on together, and `axis` was 1 by default. */
export const Softmax: Rewrite = {
  until: 12,
  rewrite(g, node) {
    const [x] = node.inputs;
    const axis = intAttribute(node, "axis", 1);
    const isLast = axis === -1 || axis === g.type(x).shape.length - 1;
    if (isLast) return g.node(node.op, [x], { axis: { int: -1 } });
    const matrix = g.node("Flatten", [x], { axis: { int: axis } });
    return g.node("Reshape", [g.node(node.op, [matrix], { axis: { int: 1 } }), g.node("Shape", [x])]);
  },
};
