import type { Operator } from "../operator.ts";
import { sameRange } from "../range.ts";

/** y = the first input in the element type of the second. */
export const CastLike: Operator = {
  required: 2,
  infer: ({ inputs: [x, like] }) => [{ type: like!.type, shape: x!.shape }],
  range: sameRange,
  gradient({ g, inputs: [x, like], cotangent }) {
    const isFloat = (name: string) => g.type(name).type.startsWith("float");
    return isFloat(x) && isFloat(like) ? [g.node("CastLike", [cotangent, x])] : [];
  },
};
