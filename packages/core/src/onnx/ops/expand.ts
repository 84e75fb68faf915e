import { broadcastShapes, reduceTo } from "../broadcast.ts";
import { type Operator, unknownShape } from "../operator.ts";
import { contentOf } from "../valueType.ts";

/** y = x broadcast to a shape (and, where x is larger along an axis, the shape to x). */
export const Expand: Operator = {
  infer({ node, inputs: [x, shape], unknownDim }) {
    const target = contentOf(shape) ?? unknownShape(node, shape!, unknownDim);
    const operands = [x, { type: x!.type, shape: target }];
    return [{ type: x!.type, shape: broadcastShapes({ node, inputs: operands, unknownDim }) }];
  },
  gradient: ({ g, inputs: [x], cotangent }) => [reduceTo(g, cotangent, x)],
};
