// What features are measured in where features of different bounds are compared: each in the width of its own.

import { type FloatType, rowSize, type Tensor } from "../tensor.ts";
import type { Domain } from "./domain.ts";
import { sharedInterval } from "./domain.ts";

/** The width of the bounds of each of the D features; 0 where it never varies. */
export function rangeUnits({ lower, upper }: Domain): Float64Array {
  return upper.map((high, j) => high - lower[j]);
}

/** The same; `undefined` where all features share an interval, so that their own unit serves. */
export function columnUnits(domain: Domain): Float64Array | undefined {
  return sharedInterval(domain) ? undefined : rangeUnits(domain);
}

/** Rows of features divided by their units; a feature of unit 0 becomes 0. */
export function inUnits<T extends FloatType>(x: Tensor<T>, units: Float64Array | undefined): Tensor<T> {
  return units ? mapped(x, units, (value, unit) => (unit > 0 ? value / unit : 0)) : x;
}

/** Gradients by features as gradients by features in their units. */
export function perUnit<T extends FloatType>(gradients: Tensor<T>, units: Float64Array | undefined): Tensor<T> {
  return units ? mapped(gradients, units, (value, unit) => value * unit) : gradients;
}

function mapped<T extends FloatType>(
  x: Tensor<T>,
  units: Float64Array,
  of: (value: number, unit: number) => number,
): Tensor<T> {
  const d = rowSize(x);
  return { ...x, data: x.data.map((value, at) => of(value, units[at % d])) } as Tensor<T>;
}
