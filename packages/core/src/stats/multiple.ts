// Adjusted p-values where many hypotheses are tested.

/**
 * Holm's step-down p-values, in the order given: rejecting those at most alpha keeps the probability of any false
 * rejection at most alpha, whatever the dependence.
 *
 * Of m sorted p-values the i-th (from 1) becomes the largest of (m - j + 1) p_j over j <= i, at most 1 (Holm 1979).
 *
 * @example
 * ```ts
 * import { holm } from "@carom/core/stats";
 *
 * console.log(holm([0.01, 0.04, 0.03])); // [ 0.03, 0.06, 0.06 ]
 * ```
 */
export function holm(p: readonly number[]): number[] {
  const adjusted: number[] = new Array(p.length);
  let largest = 0;
  ascending(p).forEach((index, i) => {
    largest = Math.max(largest, Math.min(1, (p.length - i) * p[index]));
    adjusted[index] = largest;
  });
  return adjusted;
}

/**
 * Benjamini and Hochberg's step-up p-values, in the order given: rejecting those at most alpha keeps the expected share
 * of false rejections at most alpha, for independent or positively dependent tests.
 *
 * Of m sorted p-values the i-th (from 1) becomes the smallest of m p_j / j over j >= i (Benjamini and Hochberg 1995).
 */
export function benjaminiHochberg(p: readonly number[]): number[] {
  const adjusted: number[] = new Array(p.length);
  let smallest = 1;
  const order = ascending(p);
  for (let i = order.length - 1; i >= 0; i--) {
    smallest = Math.min(smallest, (p.length * p[order[i]]) / (i + 1));
    adjusted[order[i]] = smallest;
  }
  return adjusted;
}

const ascending = (p: readonly number[]): number[] => p.map((_, i) => i).sort((a, b) => p[a] - p[b]);
