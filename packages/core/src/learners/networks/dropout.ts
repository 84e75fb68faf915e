// Dropout: units set to zero at random while training, the others enlarged so that the mean stays.

import type { Stream } from "../../random.ts";
import { sizeOf, type Tensor, tensor } from "../../tensor.ts";

/** A place in a network where units are dropped. */
export interface Mask {
  readonly name: string;
  /** The shape of one row of units. */
  readonly shape: readonly number[];
  /** The share of units that are dropped. */
  readonly rate: number;
}

/** Random numbers have 53 bits, of which three choices take 16 each. */
const CHOICES = 3;
const LEVELS = 2 ** 16;

/**
 * Factors [rows, ...shape], each 0 with probability `rate` (to the nearest 2^-16), else 1 / (1 - rate).
 *
 * Srivastava et al. 2014, in the form that leaves the network as it is at inference.
 */
export function dropoutMask({ shape, rate }: Mask, rows: number, random: Stream): Tensor<"float32"> {
  const factors = new Float32Array(rows * sizeOf(shape));
  const dropped = Math.round(rate * LEVELS);
  const kept = 1 / (1 - rate);
  let bits = 0;
  for (let i = 0; i < factors.length; i++) {
    bits = i % CHOICES === 0 ? random.uniform() : bits * LEVELS - Math.floor(bits * LEVELS);
    factors[i] = Math.floor(bits * LEVELS) < dropped ? 0 : kept;
  }
  return tensor("float32", [rows, ...shape], factors);
}
