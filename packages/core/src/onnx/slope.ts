// Derivatives that are infinite, or no numbers, are taken as 0.
//
// A branch that is not taken passes a cotangent of 0 on, and 0 times infinity is no number: so Where(x > 0, Sqrt(x), x)
// would have no gradient for x <= 0. What is infinite is replaced before it is multiplied, and only where the ranges of
// values leave room for it.

import type { GraphBuilder } from "./builder.ts";
import { anyNumber, isAwayFromZero } from "./range.ts";

/** The cotangent times a slope. */
export function scaled(g: GraphBuilder, cotangent: string, slope: string): string {
  return g.node("Mul", [cotangent, finite(g, slope)]);
}

/** The value, with 0 for what is infinite or no number. */
export function finite(g: GraphBuilder, value: string): string {
  if (rangeOf(g, value).finite) return value;
  const below = g.node("Less", [g.node("Abs", [value]), g.scalar(Infinity, value)]);
  return g.node("Where", [below, value, g.scalar(0, value)]);
}

/** The value, with infinity for 0 and for what is no number: a quotient by it is 0 there. */
export function divisor(g: GraphBuilder, value: string): string {
  const range = rangeOf(g, value);
  if (range.finite && isAwayFromZero(range)) return value;
  const isNonZero = g.node("Greater", [g.node("Abs", [value]), g.scalar(0, value)]);
  return g.node("Where", [isNonZero, value, g.scalar(Infinity, value)]);
}

const rangeOf = (g: GraphBuilder, value: string) => g.type(value).range ?? anyNumber;
