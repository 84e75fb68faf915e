// Ways to cut a side of an image into parts.

import { permutation, type Stream } from "../../../random.ts";

/** A part of a side. */
export interface Part {
  readonly from: number;
  readonly length: number;
}

/**
 * Parts of lengths in the ratio of draws from U(1, 2], their ends rounded to whole pixels.
 *
 * Source: the public implementation of Wang et al., CVPR 2024 (BSR), which rounds lengths and gives the longest the
 * rest.
 */
export function unequalParts(side: number, count: number, random: Stream): readonly Part[] {
  const draws = Array.from({ length: count }, () => 2 - random.uniform());
  const sum = draws.reduce((a, b) => a + b, 0);
  let drawn = 0;
  return between(
    draws.map((draw) => {
      drawn += draw;
      return Math.round((drawn * side) / sum);
    }),
  );
}

/**
 * Parts between distinct random cuts inside the side: every way to cut is as likely. Fewer parts where the side is
 * shorter.
 */
export function randomParts(side: number, count: number, random: Stream): readonly Part[] {
  const cuts = Array.from(permutation(random, side - 1).subarray(0, count - 1), (cut) => cut + 1).sort((a, b) => a - b);
  return between([...cuts, side]);
}

/** The parts in random order, from the first to the last. */
export function shuffled(parts: readonly Part[], random: Stream): readonly Part[] {
  return Array.from(permutation(random, parts.length), (k) => parts[k]);
}

/** The parts that end there. */
function between(ends: readonly number[]): readonly Part[] {
  return ends.map((end, i) => {
    const from = i === 0 ? 0 : ends[i - 1];
    return { from, length: end - from };
  });
}
