import { intAttribute } from "../graph.ts";
import { type Operator, zeroGradient } from "../operator.ts";

/** y = the dimensions of x from `start` to `end`, int64. */
export const Shape: Operator = {
  infer({ node, inputs: [x] }) {
    const content = x!.shape.slice(intAttribute(node, "start", 0), intAttribute(node, "end", undefined));
    return [{ type: "int64", shape: [content.length], content }];
  },
  gradient: zeroGradient,
};
