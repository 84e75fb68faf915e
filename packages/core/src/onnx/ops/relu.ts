import { elementTypeNumber } from "../elementType.ts";
import { type Operator, sameAsInput } from "../operator.ts";

/**
 * y = max(x, 0); dy/dx = 1 where x > 0, else 0 (0 at the kink).
 *
 * The mask chooses and does not multiply: what follows may be infinitely steep at 0, as a square root is.
 */
export const Relu: Operator = {
  infer: sameAsInput,
  gradient({ g, outputs: [y], cotangent }) {
    const positive = g.node("Cast", [y], { to: { int: elementTypeNumber("bool") } });
    return [g.node("Where", [positive, cotangent, g.scalar(0, y)])];
  },
};
