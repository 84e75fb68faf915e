import { elementwise } from "../dataPropagation.ts";
import { type Operator, sameAsInput } from "../operator.ts";
import { between, isAwayFromZero } from "../range.ts";
import { scaled } from "../slope.ts";
import type { Range } from "../valueType.ts";

/** y = |x|; dy/dx = sign(x). */
export const Abs: Operator = {
  infer: sameAsInput,
  propagate: elementwise((x) => (typeof x === "number" ? Math.abs(x) : x)),
  range: absolute,
  gradient: ({ g, inputs: [x], cotangent }) => [scaled(g, cotangent, g.node("Sign", [x]))],
};

function absolute([x]: readonly Range[]): Range {
  const low = isAwayFromZero(x) ? Math.min(Math.abs(x.low), Math.abs(x.high)) : 0;
  return between(low, Math.max(-x.low, x.high), x.finite);
}
