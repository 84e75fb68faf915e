// A rate in words: always with its count and interval.

import type { Rate } from "@carom/core";

/** "12.5 % (5 of 40; 95 % interval 5.5 to 26.1 %)". */
export function describeRate({ count, n, estimate, low, high }: Rate): string {
  if (n === 0) return "no rows";
  const percent = (share: number) => (100 * share).toFixed(1);
  return `${percent(estimate)} % (${count} of ${n}; 95 % interval ${percent(low)} to ${percent(high)} %)`;
}
