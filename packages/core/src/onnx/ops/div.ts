import { broadcastFirstType, reduceTo } from "../broadcast.ts";
import { type Entry, eachIndex, elementAt, isReal } from "../dataPropagation.ts";
import { divideDims } from "../dim.ts";
import type { Operator } from "../operator.ts";
import { rangeOfProduct, rangeOfReciprocal } from "../range.ts";
import { quotient, scaled } from "../slope.ts";

/** y = a / b; dy/da = 1/b, dy/db = -y/b. */
export const Div: Operator = {
  required: 2,
  infer: broadcastFirstType,
  propagate: (_, [a, b], shape) =>
    eachIndex(shape, (index) => entryQuotient(elementAt(a, index), elementAt(b, index), isReal(a.type))),
  range: ([a, b]) => rangeOfProduct(a, rangeOfReciprocal(b), false),
  gradient({ g, inputs: [a, b], outputs: [y], cotangent }) {
    const da = quotient(g, cotangent, b);
    return [reduceTo(g, da, a), g.node("Neg", [reduceTo(g, scaled(g, da, y), b)])];
  },
};

/** A quotient of integers is truncated. */
const entryQuotient = (a: Entry, b: Entry, real: boolean): Entry => {
  if (typeof a === "number" && typeof b === "number") return real ? a / b : b === 0 ? undefined : Math.trunc(a / b);
  return a === undefined || b === undefined || b === 0 ? undefined : divideDims(a, b);
};
