import { broadcastToBool } from "../broadcast.ts";
import { type Entry, elementwise } from "../dataPropagation.ts";
import { type Operator, zeroGradient } from "../operator.ts";

/** y = (a = b), a truth value. */
export const Equal: Operator = {
  required: 2,
  infer: broadcastToBool,
  propagate: elementwise(equal),
  gradient: zeroGradient,
};

/** A size is never negative, so the question whether it is -1 has an answer. */
function equal(a: Entry, b: Entry): Entry {
  if (a === undefined || b === undefined) return undefined;
  if (a === b) return 1;
  if (typeof a === "number" && typeof b === "number") return 0;
  const [symbol, number] = typeof a === "string" ? [a, b] : [b, a];
  return typeof number === "number" && number < 0 && !String(symbol).includes("?") ? 0 : undefined;
}
