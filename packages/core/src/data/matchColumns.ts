// Columns of one table in the order of another, by their names.

import { InputError } from "../errors.ts";
import type { Dataset } from "./dataset.ts";
import { takeColumns } from "./selectFeatures.ts";
import { isSparse } from "./sparse.ts";

/** Names that a message lists. */
const LISTED = 5;

/**
 * The data with its columns in the order of the names that a table or model has; as it is where either has no names.
 *
 * @param like what has these names, in words
 * @throws InputError, naming them, for columns that are missing or that there are too many of.
 */
export function matchColumns(data: Dataset, names: readonly string[] | undefined, what: string, like: string): Dataset {
  const own = data.featureNames;
  if (!own || !names || `${own}` === `${names}`) return data;
  const place = new Map(own.map((name, column) => [name, column]));
  const known = new Set(names);
  const missing = names.filter((name) => !place.has(name));
  const extra = own.filter((name) => !known.has(name));
  if (missing.length > 0 || extra.length > 0) {
    const got = [missing.length > 0 && `none of ${listed(missing)}`, extra.length > 0 && `others: ${listed(extra)}`];
    throw new InputError("invalid", `columns of ${what}`, {
      expected: `the ${names.length} of ${like}`,
      got: got.filter(Boolean).join("; "),
      remedy: "give the same columns, in any order; leave others out with --drop",
    });
  }
  if (isSparse(data.features)) {
    throw new InputError("unsupported", `columns of ${what}`, {
      expected: `sparse rows with their columns in the order of ${like}`,
      got: "another order",
      remedy: "write the rows with columns in that order",
    });
  }
  return {
    ...takeColumns(
      data,
      Int32Array.from(names, (name) => place.get(name)!),
    ),
    featureShape: data.featureShape,
  };
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, LISTED).map((name) => `"${name}"`);
  return `${shown.join(", ")}${names.length > LISTED ? ` and ${names.length - LISTED} more` : ""}`;
}
