// Errors of two versions on the same points: the difference, its interval, and a test, adjusted for the number of
// comparisons.

import { mcnemar } from "../../stats/mcnemar.ts";
import { holm } from "../../stats/multiple.ts";
import { newcombePaired, type PairedCounts } from "../../stats/newcombe.ts";
import type { Interval } from "../../stats/sample.ts";

/** What two versions do with the same points. */
export interface PairedErrors {
  /** How many of the points end in a wrong class in both versions, in one alone, in neither. */
  readonly counts: PairedCounts;
  /** Shares of the points that end in a wrong class. */
  readonly first: number;
  readonly second: number;
  /** Second minus first, with an interval that holds for all comparisons at once. */
  readonly difference: Interval;
  /** Of McNemar's exact test, and the same adjusted by Holm over all comparisons. */
  readonly p: number;
  readonly holmP: number;
  /** The second errs more or less often where the adjusted p is at most .05. */
  readonly verdict: "more" | "less" | "not told apart";
}

/**
 * Differences and tests of m comparisons: Newcombe's intervals for paired shares at level 1 - 0.05 / m, and p-values of
 * McNemar's exact test, adjusted by Holm.
 */
export function pairedErrors(all: readonly PairedCounts[]): PairedErrors[] {
  const p = all.map((counts) => mcnemar(counts).p);
  const adjusted = holm(p);
  return all.map((counts, i): PairedErrors => {
    const { both, onlyFirst, onlySecond, neither } = counts;
    const n = both + onlyFirst + onlySecond + neither;
    const turned = { both, onlyFirst: onlySecond, onlySecond: onlyFirst, neither };
    return {
      ...{ counts, first: (both + onlyFirst) / n, second: (both + onlySecond) / n },
      difference: newcombePaired(turned, 1 - 0.05 / all.length)!,
      ...{ p: p[i], holmP: adjusted[i] },
      verdict: adjusted[i] > 0.05 ? "not told apart" : onlySecond > onlyFirst ? "more" : "less",
    };
  });
}
