import { type Operator, sameAsInput } from "../operator.ts";
import { rangeOfUnion, zeroRange } from "../range.ts";

/** y = x with zeros below (or above) a diagonal of its last two axes. */
export const Trilu: Operator = {
  infer: sameAsInput,
  range: ([x], node) => rangeOfUnion([x, zeroRange], node),
  gradient: ({ g, node, inputs: [, k], cotangent }) => [
    g.node("Trilu", k ? [cotangent, k] : [cotangent], node.attributes),
  ],
};
