import { broadcastFirstType, reduceTo } from "../broadcast.ts";
import type { Operator } from "../operator.ts";
import { areFinite, between, isAwayFromZero } from "../range.ts";
import { scaled } from "../slope.ts";
import type { Range } from "../valueType.ts";

/** y = a^b; dy/da = b a^(b-1), dy/db = y log a (0 where a is not positive). */
export const Pow: Operator = {
  required: 2,
  infer: broadcastFirstType,
  range: power,
  gradient({ g, inputs: [a, b], outputs: [y], cotangent }) {
    // Integer exponents are real numbers in the gradient.
    const exponent = g.type(a).type === g.type(b).type ? b : g.node("CastLike", [b, a]);
    // A constant has no slope; written as 0 a^-1 it would be no number at a = 0.
    const less = g.node("Sub", [exponent, g.scalar(1, a)]);
    const isZero = g.node("Equal", [exponent, g.scalar(0, a)]);
    const lower = isAwayFromZero(g.type(b).range!) ? less : g.node("Where", [isZero, g.scalar(1, a), less]);
    const slope = g.node("Mul", [exponent, g.node("Pow", [a, lower])]);
    const da = reduceTo(g, scaled(g, cotangent, slope), a);
    if (exponent !== b) return [da];
    const one = g.scalar(1, a);
    const positive = g.node("Greater", [a, g.scalar(0, a)]);
    const logarithm = g.node("Log", [g.node("Where", [positive, a, one])]);
    return [da, reduceTo(g, scaled(g, cotangent, g.node("Mul", [y, logarithm])), b)];
  },
};

/** Of even powers, and of powers of what is not negative, none is negative. */
function power([x, exponent]: readonly Range[]): Range {
  const isInteger = exponent.low === exponent.high && Number.isInteger(exponent.low);
  const isPositive = (isInteger && exponent.low % 2 === 0) || x.low >= 0;
  const finite = areFinite([x, exponent]) && (x.low > 0 || (isInteger && exponent.low >= 0));
  return between(isPositive ? 0 : -Infinity, Infinity, finite);
}
