// Datasets of the same features, brought to bounds that hold all of them.

import type { Dataset } from "./dataset.ts";

/**
 * Two datasets of the same features with the least bounds that hold both; where they have other features, as they are.
 */
export function withSameBounds(a: Dataset, b: Dataset | undefined): readonly [Dataset, Dataset | undefined] {
  if (!b || a.domain.lower.length !== b.domain.lower.length) return [a, b];
  const lower = a.domain.lower.map((low, j) => Math.min(low, b.domain.lower[j]));
  const upper = a.domain.upper.map((high, j) => Math.max(high, b.domain.upper[j]));
  const within = (data: Dataset): Dataset => ({ ...data, domain: { ...data.domain, lower, upper } });
  return [within(a), within(b)];
}
