import { intAttribute } from "../graph.ts";
import { type Operator, sameAsInput } from "../operator.ts";

/**
 * y = the sums of x up to each place along an axis; each cotangent goes back to all places before: summed from the end.
 */
export const CumSum: Operator = {
  required: 2,
  infer: sameAsInput,
  gradient({ g, node, inputs: [, axis], cotangent }) {
    const attributes = {
      exclusive: { int: intAttribute(node, "exclusive", 0) },
      reverse: { int: 1 - intAttribute(node, "reverse", 0) },
    };
    return [g.node("CumSum", [cotangent, axis], attributes)];
  },
};
