import { broadcastFirstType, reduceTo } from "../broadcast.ts";
import { elementwise, entryProduct } from "../dataPropagation.ts";
import type { Operator } from "../operator.ts";
import { rangeOfProduct } from "../range.ts";
import { scaled } from "../slope.ts";

/** y = a b. */
export const Mul: Operator = {
  required: 2,
  infer: broadcastFirstType,
  propagate: elementwise(entryProduct),
  range: ([a, b], { inputs }) => rangeOfProduct(a, b, inputs[0] === inputs[1]),
  gradient: ({ g, inputs: [a, b], cotangent }) => [
    reduceTo(g, scaled(g, cotangent, b), a),
    reduceTo(g, scaled(g, cotangent, a), b),
  ],
};
