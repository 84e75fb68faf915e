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
 * @throws InputError, with its place, where a value is not of its column's kind or out of its bounds, the columns
 * of a group are not one 1 and otherwise 0 in some row, or a relation holds of no row
 */
export function checkRows(features: ResolvedFeatures, data: Dataset, place: Place = wayOnly): readonly Broken[] {
  const n = rowCount(data);
  const { columns } = features;
  const x = { rows: n, columns: columns.length, data: toFloat(denseRows(data), "float64").data };
  const at = (i: number, j: number) => x.data[i * columns.length + j];
  for (const { name, columns: members } of features.groups) {
    for (let i = 0; i < n; i++) {
      const set = members.filter((j) => at(i, j) !== 0);
      if (set.length === 1 && at(i, set[0]) === 1) continue;
      throw contradiction(
        `group ${JSON.stringify(name)} at ${place(["columns", name])}`,
        `1 in one of its ${members.length} columns and 0 in the others`,
        `${listed(set.map((j) => `${columns[j].name} = ${at(i, j)}`))} in row ${i + 1}`,
      );
    }
  }
  columns.forEach((column, j) => {
    const rule = features.groups.find((group) => group.columns.includes(j))?.name ?? column.name;
    for (let i = 0; i < n; i++) {
      const expected = refusal(column, at(i, j));
      if (expected === undefined) continue;
      throw contradiction(
        `column ${JSON.stringify(column.name)} at ${place(["columns", rule])}`,
        expected,
        `${at(i, j)} in row ${i + 1}`,
      );
    }
  });
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
  if (kind === "binary" && value !== 0 && value !== 1) return "0 or 1";
  if (kind === "integer" && !Number.isInteger(value)) return "integers";
  if (values && !values.some((level) => Math.fround(level) === Math.fround(value)))
    return `one of ${values.join(", ")}`;
  // Bounds are meant in the type that the values have.
  const isInside = value >= Math.min(lower, Math.fround(lower)) && value <= Math.max(upper, Math.fround(upper));
  return isInside ? undefined : `values from ${lower} to ${upper}`;
}

/** The columns of a group that are not 0 in a row, however many the group has. */
function listed(set: readonly string[]): string {
  if (set.length === 0) return "0 in all";
  const more = set.length - LISTED;
  return `${set.slice(0, LISTED).join(", ")}${more > 0 ? ` and ${more} more that are not 0` : ""}`;
}

const LISTED = 4;

function contradiction(what: string, expected: string, got: string): InputError {
  return new InputError("invalid", what, { expected, got, remedy: "correct the features file, or the data" });
}
