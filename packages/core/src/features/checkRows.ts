// Whether the rows of a table are what a feature schema says of them.

import { type Dataset, denseRows, rowCount } from "../data/dataset.ts";
import { InputError } from "../errors.ts";
import { toFloat } from "../tensor.ts";
import { holds } from "./expression/evaluate.ts";
import { type Place, wayOnly } from "./place.ts";
import { conditionsOf, type ResolvedColumn, type ResolvedFeatures } from "./resolve.ts";

/** A relation, and how many of the rows do not satisfy it. */
export interface Broken {
  readonly relation: string;
  readonly rows: number;
}

/**
 * The relations that some rows of a table do not satisfy, with how many.
 *
 * @throws InputError, with its place, where a value is not of its column's kind or out of its bounds, a group of some
 * row has not exactly one 1, or a relation holds of no row
 */
export function checkRows(features: ResolvedFeatures, data: Dataset, place: Place = wayOnly): readonly Broken[] {
  const n = rowCount(data);
  const { columns } = features;
  const x = { rows: n, columns: columns.length, data: toFloat(denseRows(data), "float64").data };
  const at = (i: number, j: number) => x.data[i * columns.length + j];
  columns.forEach((column, j) => {
    for (let i = 0; i < n; i++) {
      const expected = refusal(column, at(i, j));
      if (expected === undefined) continue;
      throw contradiction(
        `column ${JSON.stringify(column.name)} at ${place(["columns", column.name])}`,
        expected,
        `${at(i, j)} in row ${i + 1}`,
      );
    }
  });
  for (const { name, columns: members } of features.groups) {
    for (let i = 0; i < n; i++) {
      const ones = members.filter((j) => at(i, j) === 1).length;
      if (ones === 1) continue;
      throw contradiction(
        `group at ${place(["columns", name])}`,
        `one of ${members.length} columns that is 1`,
        `${ones} in row ${i + 1}`,
      );
    }
  }
  return conditionsOf(features).flatMap((condition, k): Broken[] => {
    const kept = holds(condition, x, features.tolerance).reduce((sum, flag) => sum + flag, 0);
    const relation = features.relations[k];
    if (kept === 0)
      throw contradiction(
        `relation at ${place(["relations", k], 0)}`,
        "one that some row satisfies",
        `none of ${n} rows that satisfies ${relation}`,
      );
    return kept < n ? [{ relation, rows: n - kept }] : [];
  });
}

/** What was expected in place of a value; undefined where it is as its column should be. */
function refusal({ kind, lower, upper, values }: ResolvedColumn, value: number): string | undefined {
  const isFlag = kind === "binary" || kind === "one-hot";
  if (isFlag && value !== 0 && value !== 1) return "0 or 1";
  if (kind === "integer" && !Number.isInteger(value)) return "integers";
  if (values && !values.some((level) => Math.fround(level) === Math.fround(value)))
    return `one of ${values.join(", ")}`;
  // Bounds are meant in the type that the values have.
  const isInside = value >= Math.min(lower, Math.fround(lower)) && value <= Math.max(upper, Math.fround(upper));
  return isInside ? undefined : `values from ${lower} to ${upper}`;
}

function contradiction(what: string, expected: string, got: string): InputError {
  return new InputError("invalid", what, { expected, got, remedy: "correct the features file, or the data" });
}
