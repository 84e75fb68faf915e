import { expandLike } from "../broadcast.ts";
import { requireImages } from "../checks.ts";
import type { InferContext, Operator } from "../operator.ts";
import { sameRange } from "../range.ts";
import { elementsPerMean } from "../reduction.ts";
import type { ValueType } from "../valueType.ts";

/** y = the mean over the spatial axes, which stay with size 1. */
export const GlobalAveragePool: Operator = {
  check: requireImages,
  infer: globalShape,
  range: sameRange,
  gradient({ g, inputs: [x], outputs: [y], cotangent }) {
    return [expandLike(g, g.node("Div", [cotangent, elementsPerMean(g, x, y)]), x)];
  },
};

/** The shape rule of pooling over all of space. */
export function globalShape({ inputs: [x] }: InferContext): readonly ValueType[] {
  return [{ type: x!.type, shape: x!.shape.map((dim, axis) => (axis < 2 ? dim : 1)) }];
}
