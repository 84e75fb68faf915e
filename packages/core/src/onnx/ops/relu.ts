import { elementTypeNumber } from "../elementType.ts";
import { type Operator, sameAsInput } from "../operator.ts";
import { rising } from "../range.ts";
import { scaled } from "../slope.ts";

/**
 * y = max(x, 0); dy/dx = 1 where x > 0, else 0 (0 at the kink).
 *
 * The mask is y as a truth value and back: on 200,000 elements .06 ms, where Sign takes .27 and Greater with Where .08.
 */
export const Relu: Operator = {
  infer: sameAsInput,
  range: rising(([x]) => Math.max(0, x)),
  gradient({ g, outputs: [y], cotangent }) {
    const positive = g.node("Cast", [y], { to: { int: elementTypeNumber("bool") } });
    return [scaled(g, cotangent, g.node("CastLike", [positive, y]))];
  },
};
