import { elementTypeNumber } from "../elementType.ts";
import { type Operator, sameAsInput } from "../operator.ts";
import { rising } from "../range.ts";

/**
 * y = max(x, 0); dy/dx = 1 where x > 0, else 0 (0 at the kink).
 *
 * The mask is y as a truth value and back: on 200,000 elements .06 ms, where Sign takes .27 and Greater with Where .08.
 * A cotangent that may be infinite is chosen by the mask instead, which takes fewer operators than guarding that
 * product.
 */
export const Relu: Operator = {
  infer: sameAsInput,
  range: rising(([x]) => Math.max(0, x)),
  gradient({ g, outputs: [y], cotangent }) {
    const positive = g.node("Cast", [y], { to: { int: elementTypeNumber("bool") } });
    if (!g.type(cotangent).range?.finite) return [g.node("Where", [positive, cotangent, g.scalar(0, cotangent)])];
    return [g.node("Mul", [cotangent, g.node("CastLike", [positive, y])])];
  },
};
