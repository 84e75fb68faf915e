// Whether predictions agree with labels more often than chance would have it.

import { wilson } from "../stats/wilson.ts";

/** How often predictions are right, beside what chance would give. */
export interface Agreement {
  /** The share of predictions that are right. */
  readonly right: number;
  /** The share that would be right if predictions were as frequent as they are, but independent of the labels. */
  readonly chance: number;
  /** Whether the first cannot be told from the second: the 95 % Wilson interval of `right` reaches down to `chance`. */
  readonly isChance: boolean;
}

/**
 * Compares N predictions with N labels. A constant prediction is at chance however frequent its class is; where all
 * labels are the same nothing can be told, where all rows are right nothing could be better, and `isChance` is false.
 */
export function agreementOf(predicted: Int32Array, labels: Int32Array): Agreement {
  const n = labels.length;
  const tally = (of: Int32Array) => {
    const counts = new Map<number, number>();
    for (const label of of) counts.set(label, (counts.get(label) ?? 0) + 1);
    return counts;
  };
  const [said, meant] = [tally(predicted), tally(labels)];
  let pairs = 0;
  for (const [label, count] of meant) pairs += count * (said.get(label) ?? 0);
  const chance = pairs / (n * n);
  const right = labels.reduce((sum, label, i) => sum + (label === predicted[i] ? 1 : 0), 0);
  return { right: right / n, chance, isChance: meant.size > 1 && right < n && (wilson(right, n)?.low ?? 1) <= chance };
}
