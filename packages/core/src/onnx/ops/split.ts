import { zerosLike } from "../broadcast.ts";
import type { Dim } from "../dim.ts";
import { intAttribute } from "../graph.ts";
import { normalizeAxis, type Operator, unknownSize } from "../operator.ts";
import { sameRange } from "../range.ts";
import { contentOf } from "../valueType.ts";

/** The parts of x along an axis, of given sizes, or of equal size (the last one smaller). */
export const Split: Operator = {
  infer({ node, inputs: [x, sizes], unknownDim }) {
    const axis = normalizeAxis(node, intAttribute(node, "axis", 0), x!.shape.length);
    const length = x!.shape[axis];
    let parts: readonly Dim[];
    if (sizes) parts = contentOf(sizes) ?? node.outputs.map(unknownDim);
    else {
      if (typeof length !== "number") throw unknownSize(node, "the size along the axis", `"${length}"`);
      const count = node.outputs.length;
      const size = Math.ceil(length / count);
      parts = Array.from({ length: count }, (_, i) => Math.max(0, Math.min(size, length - i * size)));
    }
    return parts.map((part) => ({ type: x!.type, shape: x!.shape.map((dim, i) => (i === axis ? part : dim)) }));
  },
  range: sameRange,
  gradient({ g, node, outputs, cotangents }) {
    const parts = outputs.map((y, i) => cotangents[i] ?? zerosLike(g, y));
    return [g.node("Concat", parts, { axis: { int: intAttribute(node, "axis", 0) } })];
  },
};
