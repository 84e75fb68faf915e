import { broadcastShapes, reduceTo } from "../broadcast.ts";
import { elementAt, moved } from "../dataPropagation.ts";
import { type Operator, unknownShape } from "../operator.ts";
import { sameRange } from "../range.ts";
import { contentOf } from "../valueType.ts";

/** y = x broadcast to a shape (and, where x is larger along an axis, the shape to x). */
export const Expand: Operator = {
  required: 2,
  infer({ node, inputs: [x, shape], unknownDim }) {
    const target = contentOf(shape) ?? unknownShape(node, shape!, unknownDim);
    const operands = [x, { type: x!.type, shape: target }];
    return [{ type: x!.type, shape: broadcastShapes({ node, inputs: operands, unknownDim }) }];
  },
  propagate: moved(
    (_, [x]) =>
      (index) =>
        elementAt(x, index),
  ),
  range: sameRange,
  gradient: ({ g, inputs: [x], cotangent }) => [reduceTo(g, cotangent, x)],
};
