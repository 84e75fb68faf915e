// Rows that two data sets share: what is tested or validated on must not be among what was learned from.

import { InputError } from "../errors.ts";
import { tensor } from "../tensor.ts";
import { type Dataset, denseRows, featureCount, rowCount } from "./dataset.ts";
import { groupEqualRows } from "./groups.ts";

/** The number of rows of the first whose features are all equal to those of some row of the second. */
export function sharedRows(first: Dataset, second: Dataset): number {
  const [n, m, d] = [rowCount(first), rowCount(second), featureCount(first)];
  if (featureCount(second) !== d) return 0;
  const all = new Float64Array((n + m) * d);
  all.set(denseRows(second).data);
  all.set(denseRows(first).data, m * d);
  const groups = groupEqualRows(tensor("float64", [n + m, d], all));
  const known = new Set(groups.subarray(0, m));
  return groups.subarray(m).reduce((count, group) => count + (known.has(group) ? 1 : 0), 0);
}

/**
 * Refuses data of which some rows are among other data too.
 *
 * @throws InputError with the number of shared rows where there are any.
 */
export function requireDisjoint(name: string, data: Dataset, otherName: string, other: Dataset): void {
  const shared = sharedRows(data, other);
  if (shared === 0) return;
  throw new InputError("invalid", name, {
    expected: `rows that are not among ${otherName}`,
    got: `${shared} of ${rowCount(data)} that are`,
    remedy: "give other rows",
  });
}
