import { broadcastFirstType, reduceTo } from "../broadcast.ts";
import type { Operator } from "../operator.ts";

/** y = a^b; dy/da = b a^(b-1), dy/db = y log a (0 where a = 0). */
export const Pow: Operator = {
  infer: broadcastFirstType,
  gradient({ g, inputs: [a, b], outputs: [y], cotangent }) {
    // Integer exponents are real numbers in the gradient.
    const exponent = g.type(a).type === g.type(b).type ? b : g.node("CastLike", [b, a]);
    // A constant has no slope; written as 0 a^-1 it would be no number at a = 0.
    const isZero = g.node("Equal", [exponent, g.scalar(0, a)]);
    const lower = g.node("Where", [isZero, g.scalar(1, a), g.node("Sub", [exponent, g.scalar(1, a)])]);
    const slope = g.node("Mul", [exponent, g.node("Pow", [a, lower])]);
    const da = reduceTo(g, g.node("Mul", [cotangent, slope]), a);
    if (exponent !== b) return [da];
    const one = g.scalar(1, a);
    const positive = g.node("Greater", [a, g.scalar(0, a)]);
    const logarithm = g.node("Log", [g.node("Where", [positive, a, one])]);
    return [da, reduceTo(g, g.node("Mul", [cotangent, g.node("Mul", [y, logarithm])]), b)];
  },
};
