import { type Operator, sameAsInput } from "../operator.ts";

/** y = x with zeros below (or above) a diagonal of its last two axes. */
export const Trilu: Operator = {
  infer: sameAsInput,
  gradient: ({ g, node, inputs: [, k], cotangent }) => [
    g.node("Trilu", k ? [cotangent, k] : [cotangent], node.attributes),
  ],
};
