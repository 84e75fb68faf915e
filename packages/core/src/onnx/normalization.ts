// What normalizations share: values with mean 0 and variance 1 over some axes, and the gradient through them.

import type { GraphWriter } from "./operator.ts";

/** Values made to have mean 0 and variance 1 over axes. */
interface Normalized {
  /** u = (x - mean) / deviation. */
  readonly unit: string;
  /** 1 / sqrt(variance + epsilon), the axes kept with size 1. */
  readonly inverse: string;
}

/** Adds the normalization of `x` over axes. */
export function normalize(g: GraphWriter, x: string, axes: readonly number[], epsilon: number): Normalized {
  const mean = (value: string) => g.node("ReduceMean", [value, g.ints(axes)]);
  const centered = g.node("Sub", [x, mean(x)]);
  const variance = mean(g.node("Mul", [centered, centered]));
  const deviation = g.node("Sqrt", [g.node("Add", [variance, g.scalar(epsilon, x)])]);
  const inverse = g.node("Reciprocal", [deviation]);
  return { unit: g.node("Mul", [centered, inverse]), inverse };
}

/** The derivative by x, given the one by u: dx = (du - mean(du) - u mean(du u)) / deviation. */
export function normalizationGradient(
  g: GraphWriter,
  dUnit: string,
  { unit, inverse }: Normalized,
  axes: readonly number[],
): string {
  const mean = (value: string) => g.node("ReduceMean", [value, g.ints(axes)]);
  const along = g.node("Mul", [unit, mean(g.node("Mul", [dUnit, unit]))]);
  const rest = g.node("Sub", [g.node("Sub", [dUnit, mean(dUnit)]), along]);
  return g.node("Mul", [rest, inverse]);
}
