// Large arrays that attacks work in, kept for the next attack: new pages cost more than what is written into them.

import { allocate, type ElementArrays, type FloatType } from "../tensor.ts";

type Numbers = ElementArrays[FloatType];

/** Arrays that are kept at most, as many as one attack works in, and bytes of each. */
const KEPT = 3;
const KEPT_BYTES = 2 ** 26;
const kept: Numbers[] = [];

/** Numbers of a type to write over, whatever they hold; they are nobody else's until they are given back. */
export function borrowNumbers(type: FloatType, length: number): Numbers {
  const bytes = length * (type === "float32" ? 4 : 8);
  const at = kept.findIndex(({ buffer }) => buffer.byteLength >= bytes && buffer.byteLength <= 2 * bytes);
  if (at < 0) return allocate(type, length);
  const [{ buffer }] = kept.splice(at, 1);
  return type === "float32" ? new Float32Array(buffer, 0, length) : new Float64Array(buffer, 0, length);
}

/** Gives back numbers that nobody reads any more; of those kept the oldest go. */
export function giveBackNumbers(...arrays: readonly Numbers[]): void {
  kept.push(...arrays.filter(({ buffer }) => buffer.byteLength <= KEPT_BYTES));
  kept.splice(0, Math.max(0, kept.length - KEPT));
}
