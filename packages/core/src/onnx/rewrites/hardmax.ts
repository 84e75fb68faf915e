import type { GraphBuilder } from "../builder.ts";
import { intAttribute } from "../graph.ts";
import { normalizeAxis } from "../operator.ts";
import { positionsAlong } from "./positions.ts";
import type { Rewrite } from "./rewrite.ts";

/** 1 at the first largest element along an axis, else 0; before opset 13 along all axes from one on together. */
export const Hardmax: Rewrite = {
  changes: [13],
  rewrite(g, node, { version }) {
    const [x] = node.inputs;
    const rank = g.type(x).shape.length;
    if (version >= 13) return atLargest(g, x, normalizeAxis(node, intAttribute(node, "axis", -1), rank));
    const matrix = g.node("Flatten", [x], { axis: { int: intAttribute(node, "axis", 1) } });
    return g.node("Reshape", [atLargest(g, matrix, 1), g.node("Shape", [x])]);
  },
};

function atLargest(g: GraphBuilder, x: string, axis: number): string {
  const place = g.node("ArgMax", [x], { axis: { int: axis } });
  return g.node("CastLike", [g.node("Equal", [place, positionsAlong(g, x, axis)]), x]);
}
