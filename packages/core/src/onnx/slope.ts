// A cotangent of 0 stays 0, however steep a function is.
//
// A branch that is not taken passes a cotangent of 0 on, and 0 times infinity is no number: so Where(x > 0, Sqrt(x), x)
// would have no gradient for x <= 0. What is steep is replaced before it is multiplied, where the cotangent is 0, and only
// where the ranges of values leave room for it. Where the branch is taken its slope is its own, also an infinite one: such a
// point has no finite gradient, and whoever asks for it is told.

import type { GraphBuilder } from "./builder.ts";
import { anyNumber, isAwayFromZero } from "./range.ts";

/** The cotangent times a slope. */
export function scaled(g: GraphBuilder, cotangent: string, slope: string): string {
  if (rangeOf(g, slope).finite) return g.node("Mul", [cotangent, slope]);
  return g.node("Mul", [cotangent, whereAsked(g, cotangent, slope, 0)]);
}

/** The cotangent divided by a value. */
export function divided(g: GraphBuilder, cotangent: string, value: string): string {
  const range = rangeOf(g, value);
  if (range.finite && isAwayFromZero(range)) return g.node("Div", [cotangent, value]);
  return g.node("Div", [cotangent, whereAsked(g, cotangent, value, 1)]);
}

/** The value where the cotangent is not 0, else a number that does no harm. */
function whereAsked(g: GraphBuilder, cotangent: string, value: string, harmless: number): string {
  const isZero = g.node("Equal", [cotangent, g.scalar(0, cotangent)]);
  return g.node("Where", [isZero, g.scalar(harmless, value), value]);
}

/** The value, with 0 for what is infinite or no number. */
export function finite(g: GraphBuilder, value: string): string {
  if (rangeOf(g, value).finite) return value;
  const below = g.node("Less", [g.node("Abs", [value]), g.scalar(Infinity, value)]);
  return g.node("Where", [below, value, g.scalar(0, value)]);
}

const rangeOf = (g: GraphBuilder, value: string) => g.type(value).range ?? anyNumber;
