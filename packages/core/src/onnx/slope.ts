// Cotangents times slopes, of which either may be infinite or no number: 0 times those is 0.
//
// A branch that is not taken passes a cotangent of 0 on, or has a slope of 0; without that rule Where(x > 0, Sqrt(x),
// x) would have no gradient for x <= 0, nor would Sqrt(Relu(x)). An infinite slope that counts stays infinite: nobody
// may take it for flat. Guards are written only where the ranges of values leave room for what is infinite.

import type { GraphWriter } from "./operator.ts";
import { anyNumber, isAwayFromZero } from "./range.ts";

/** The cotangent times a slope; 0 where either is. */
export function scaled(g: GraphWriter, cotangent: string, slope: string): string {
  return g.node("Mul", [guarded(g, cotangent, slope, 0), guarded(g, slope, cotangent, 0)]);
}

/** The cotangent by a divisor; 0 where the cotangent is. */
export function quotient(g: GraphWriter, cotangent: string, divisor: string): string {
  const isSafe = isAwayFromZero(rangeOf(g, divisor)) && rangeOf(g, divisor).finite;
  return g.node("Div", [cotangent, isSafe ? divisor : whereNot0(g, cotangent, divisor, 1)]);
}

/** The value, with 0 for what is infinite or no number. */
export function finite(g: GraphWriter, value: string): string {
  if (rangeOf(g, value).finite) return value;
  const below = g.node("Less", [g.node("Abs", [value]), g.scalar(Infinity, value)]);
  return g.node("Where", [below, value, g.scalar(0, value)]);
}

/** The value, replaced where its factor is 0, if it may be anything but a finite number. */
function guarded(g: GraphWriter, value: string, factor: string, harmless: number): string {
  return rangeOf(g, value).finite ? value : whereNot0(g, factor, value, harmless);
}

function whereNot0(g: GraphWriter, factor: string, value: string, harmless: number): string {
  const isZero = g.node("Equal", [factor, g.scalar(0, factor)]);
  return g.node("Where", [isZero, g.scalar(harmless, value), value]);
}

const rangeOf = (g: GraphWriter, value: string) => g.type(value).range ?? anyNumber;
