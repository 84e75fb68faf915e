import { zerosLike } from "../broadcast.ts";
import { intAttribute } from "../graph.ts";
import { nodeError, normalizeAxis, type Operator } from "../operator.ts";
import { sameRange } from "../range.ts";
import { constantInts, type ValueType } from "../valueType.ts";

/** The k largest (or smallest) elements along an axis, and where they are; each cotangent goes back to its place. */
export const TopK: Operator = {
  required: 2,
  infer({ node, inputs: [x, k], unknownDim }) {
    const axis = normalizeAxis(node, intAttribute(node, "axis", -1), x!.shape.length);
    const [count = unknownDim()] = constantInts(k) ?? [];
    const size = x!.shape[axis];
    if (typeof count === "number" && typeof size === "number" && count > size) {
      throw nodeError(node, `at most ${size} elements to take`, `${count}`);
    }
    const shape = x!.shape.map((dim, i) => (i === axis ? count : dim));
    const places: ValueType = { type: "int64", shape };
    return [{ type: x!.type, shape }, places];
  },
  range: sameRange,
  gradient({ g, node, inputs: [x, k], outputs: [, places], cotangent }) {
    const axis = { int: intAttribute(node, "axis", -1) };
    const where = places || g.nodeOutputs("TopK", [x, k], node.attributes, 2)[1];
    return [g.node("ScatterElements", [zerosLike(g, x), where, cotangent], { axis, reduction: { string: "add" } })];
  },
};
