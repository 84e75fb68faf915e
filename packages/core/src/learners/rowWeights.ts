// What each row's loss weighs: given weights, and the balance of classes.

import { z } from "zod";
import type { Dataset } from "../data/dataset.ts";
import { InputError } from "../errors.ts";
import type { FitContext } from "./learner.ts";

/** The option that gives rare classes the weight of frequent ones. */
export const balancedOption = z
  .boolean()
  .default(false)
  .describe("whether each class weighs the same in the loss, N / (K N_k) for each of its N_k rows");

/**
 * The weight of each row: the given ones, times N / (K N_k) where classes are balanced.
 *
 * @throws InputError where there are not as many weights as rows, or one is negative or no number.
 */
export function rowWeights(data: Dataset, balanced: boolean, { rowWeights: given }: FitContext): Float64Array {
  const n = data.labels.length;
  if (given && (given.length !== n || given.some((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY)))) {
    throw new InputError("invalid", "row weights", {
      expected: `${n} numbers that are not negative, one for each row`,
      got: given.length === n ? "negative or infinite ones or NaN" : `${given.length}`,
      remedy: "leave them out to weigh every row alike",
    });
  }
  const weights = given?.slice() ?? new Float64Array(n).fill(1);
  if (!balanced) return weights;
  const counts = new Float64Array(data.classNames.length);
  for (const label of data.labels) counts[label]++;
  return weights.map((weight, i) => (weight * n) / (counts.length * counts[data.labels[i]]));
}
