// In how many repetitions one number exceeds another: the counts and the sign test of the paper's Table 1.

import { signTest } from "../stats/signTest.ts";
import { pairedDifferences } from "../stats/ties.ts";

export interface Signs {
  /** Repetitions in which the first number is the greater one. */
  readonly agreeing: number;
  /** Repetitions in which the two differ by more than rounding. */
  readonly of: number;
  readonly repetitions: number;
  /** Of the two-sided sign test; absent where they never differ. */
  readonly p?: number;
}

/** Counts over pairs of numbers, one for each repetition. Numbers that are equal but for rounding are ties. */
export function signsOf(pairs: readonly (readonly [number, number])[]): Signs {
  const differences = pairedDifferences(
    pairs.map(([first]) => first),
    pairs.map(([, second]) => second),
  );
  const test = signTest(differences);
  const agreeing = test?.statistic ?? 0;
  return { agreeing, of: test?.n ?? 0, repetitions: pairs.length, ...(test && { p: test.p }) };
}
