import { requireImages } from "../checks.ts";
import type { Operator } from "../operator.ts";
import { sameRange } from "../range.ts";
import { globalShape } from "./globalAveragePool.ts";

/** y = the largest element of each channel; the cotangent goes to the elements that attain it, in equal shares. */
export const GlobalMaxPool: Operator = {
  check: requireImages,
  infer: globalShape,
  range: sameRange,
  gradient({ g, inputs: [x], outputs: [y], cotangent }) {
    const axes = g.ints(g.type(x).shape.flatMap((_, axis) => (axis < 2 ? [] : [axis])));
    const hits = g.node("Equal", [x, y]);
    const count = g.node("ReduceSum", [g.node("CastLike", [hits, x]), axes]);
    return [g.node("Where", [hits, g.node("Div", [cotangent, count]), g.scalar(0, x)])];
  },
};
