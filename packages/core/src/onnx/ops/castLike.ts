import type { Operator } from "../operator.ts";

/** y = the first input in the element type of the second. */
export const CastLike: Operator = {
  infer: ({ inputs: [x, like] }) => [{ type: like!.type, shape: x!.shape }],
  gradient({ g, inputs: [x, like], cotangent }) {
    const isFloat = (name: string) => g.type(name).type.startsWith("float");
    return isFloat(x) && isFloat(like) ? [g.node("CastLike", [cotangent, x])] : [];
  },
};
