// Randomness is explicit and keyed: a stream is a function of a seed and labels, of nothing else.

import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import { hashText } from "./hash.ts";

/** A source of random numbers that advances with each draw. */
export interface Stream {
  /** Uniform on [0, 1), 53 bits. */
  uniform(): number;
  /** Uniform integer in 0 .. n-1. */
  integer(n: number): number;
  /** Standard normal. */
  normal(): number;
}

/**
 * The stream that belongs to a seed and a list of labels.
 *
 * Results never depend on scheduling, batch size or workers, because whoever needs randomness names its stream
 * (`stream(seed, "start", sample)`) instead of sharing a generator. The 128-bit state of xoroshiro128+ is taken from
 * the SHA-256 of the labels: a 32-bit seed would collide after some 65,000 streams.
 *
 * @example
 * ```ts
 * import { stream } from "@carom/core";
 *
 * const first = stream(0, "noise", 7).uniform();
 * stream(0, "noise", 8).uniform();
 * console.log(stream(0, "noise", 7).uniform() === first); // true
 * ```
 */
export function stream(seed: number, ...labels: readonly (string | number)[]): Stream {
  const digest = hashText(JSON.stringify([seed, ...labels]));
  const words = new Int32Array(digest.slice().buffer);
  const generator = xoroshiro128plusFromState([words[0], words[1], words[2], words[3] | 1]);
  const uniform = (): number => {
    const high = generator.next() >>> 5;
    const low = generator.next() >>> 6;
    return (high * 67_108_864 + low) / 9_007_199_254_740_992;
  };
  return {
    uniform,
    integer: (n) => Math.floor(uniform() * n),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}

/**
 * A random order of 0 .. n-1 (Fisher and Yates).
 *
 * @example
 * ```ts
 * import { permutation, stream } from "@carom/core";
 *
 * const order = permutation(stream(0, "order"), 5);
 * console.log([...order].sort()); // [ 0, 1, 2, 3, 4 ]
 * ```
 */
export function permutation(random: Stream, n: number): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
