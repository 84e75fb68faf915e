import { expandLike } from "../broadcast.ts";
import type { InferContext, Operator, ValueType } from "../operator.ts";

/** y = the mean over the spatial axes, which stay with size 1. */
export const GlobalAveragePool: Operator = {
  infer: globalShape,
  gradient({ g, inputs: [x], outputs: [y], cotangent }) {
    const count = g.node("Div", [g.node("Size", [x]), g.node("Size", [y])]);
    return [expandLike(g, g.node("Div", [cotangent, g.node("CastLike", [count, x])]), x)];
  },
};

/** The shape rule of pooling over all of space. */
export function globalShape({ inputs: [x] }: InferContext): readonly ValueType[] {
  return [{ type: x!.type, shape: x!.shape.map((dim, axis) => (axis < 2 ? dim : 1)) }];
}
