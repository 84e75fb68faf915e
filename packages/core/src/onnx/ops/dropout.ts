import { type Operator, unsupportedNode } from "../operator.ts";
import { sameRange } from "../range.ts";

/** y = x: nothing is dropped at inference. To train with dropout, multiply (Mul) by a mask that is fed. */
export const Dropout: Operator = {
  infer({ node, inputs: [x, , training] }) {
    if (training && (!training.constant || Number(training.constant.data[0]) !== 0)) {
      throw unsupportedNode(node, "dropout at inference", "training mode");
    }
    return [
      { type: x!.type, shape: x!.shape },
      { type: "bool", shape: x!.shape },
    ];
  },
  range: sameRange,
  gradient: ({ cotangent }) => [cotangent],
};
