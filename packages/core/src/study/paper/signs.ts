// In how many repetitions a comparison comes out: counts and the sign test of the paper's Table 1.

import { signTest } from "../../stats/signTest.ts";
import { exceeds } from "../../stats/ties.ts";

/** In how many repetitions a statement comes out, and whether that may be chance. */
export interface Signs {
  /** Repetitions in which it comes out. */
  readonly agreeing: number;
  /** Repetitions in which it comes out or fails; in the others it is a tie. */
  readonly of: number;
  readonly repetitions: number;
  /** Of the two-sided sign test; absent where all are ties. */
  readonly p?: number;
}

/**
 * 1 where the first number exceeds the second, -1 where it falls short of it, 0 where they are equal but for rounding.
 */
export function compare(first: number, second: number): number {
  return exceeds(first, second) ? 1 : exceeds(second, first) ? -1 : 0;
}

/** Counts over repetitions of what `compare` found in each. */
export function signsOf(comparisons: readonly number[]): Signs {
  const test = signTest(comparisons);
  const repetitions = comparisons.length;
  return { agreeing: test?.statistic ?? 0, of: test?.n ?? 0, repetitions, ...(test && { p: test.p }) };
}

/** The smallest p-value that a two-sided sign test of n repetitions can have: 2 / 2^n. */
export function smallestPossibleP(repetitions: number): number {
  return Math.min(1, 2 * 0.5 ** repetitions);
}

/** Below this a p-value says that something is beyond chance. */
export const SIGNIFICANT = 0.05;
