// Parts of data, of which a study says how many rows or which share of them it takes.

import { InputError } from "../errors.ts";

/** A share of so many rows: below 1 the share itself, from 1 on a number of rows. */
export const asShare = (value: number, rows: number): number => (value < 1 ? value : value / rows);

/** The sizes of disjoint parts as shares of the rows. @throws InputError for parts that together are larger */
export function splitShares(split: object, parts: readonly number[], rows: number): readonly number[] {
  const shares = parts.map((value) => asShare(value, rows));
  if (shares.reduce((sum, share) => sum + share, 0) <= 1 + 1e-9) return shares;
  throw new InputError("invalid", "split", {
    expected: `parts that together are at most the ${rows} rows of data.train`,
    got: JSON.stringify(split),
    remedy: "make the parts smaller",
  });
}
