// What holds of each row of a table beside bounds and kinds, and what follows from it for points and gradients.

import type { Vector } from "../linalg.ts";
import type { Definition } from "./definitions.ts";
import { evaluate, holds, type Rows } from "./expression/evaluate.ts";
import type { Condition } from "./expression/expression.ts";
import { type Violation, violation } from "./violation.ts";

/** What each row of a table has to satisfy, with its columns as numbers. */
export interface TableRules {
  /** Columns of which one is 1 and the others 0. */
  readonly groups: readonly Int32Array[];
  /** The values of each column that takes some only, ascending. */
  readonly values: readonly (Float64Array | undefined)[];
  /** Columns that are computed from others, each after those that it needs. */
  readonly definitions: readonly Definition[];
  /** All relations, those that define a column among them. */
  readonly relations: readonly Condition[];
  /** By how much their sides may miss, as a share of their terms. */
  readonly tolerance: number;
  /** What a unit of cost is in each column. */
  readonly units: Float64Array;
}

/**
 * Computes the columns that follow from others, in place. Where none of its sources changed a column keeps the value of
 * the row itself, which may be rounded.
 */
export function repair({ definitions }: TableRules, points: Rows, origin: Rows): void {
  const { rows, columns, data } = points;
  for (const { column, expression, sources } of definitions) {
    const { values } = evaluate(expression, points);
    for (let i = 0; i < rows; i++) {
      const from = i * columns;
      const isChanged = sources.some((j) => data[from + j] !== origin.data[from + j]);
      data[from + column] = isChanged ? values[i] : origin.data[from + column];
    }
  }
}

/**
 * Turns gradients by all columns into those by the columns that others follow from, in place: a computed column moves
 * with its sources, so its slope is added to theirs (chain rule) and is 0 by itself.
 */
export function pullBack({ definitions }: TableRules, points: Rows, gradients: { readonly data: Vector }): void {
  const { rows, columns } = points;
  for (const { column, expression, sources } of definitions.toReversed()) {
    const weights = Float64Array.from({ length: rows }, (_, i) => gradients.data[i * columns + column]);
    const through = new Float64Array(rows * columns);
    evaluate(expression, points).pull(weights, through);
    for (let i = 0; i < rows; i++) {
      const from = i * columns;
      gradients.data[from + column] = 0;
      for (const j of sources) {
        const slope = through[from + j];
        if (Number.isFinite(slope)) gradients.data[from + j] += slope;
      }
    }
  }
}

/** How far rows are from satisfying all relations, added up, in units of cost; the gradient by what is not computed. */
export function distanceFrom(rules: TableRules, points: Rows): Violation {
  const distance = new Float64Array(points.rows);
  const gradient = new Float64Array(points.data.length);
  for (const relation of rules.relations) {
    const each = violation(relation, points, rules.units);
    for (let i = 0; i < distance.length; i++) distance[i] += each.distance[i];
    for (let i = 0; i < gradient.length; i++) gradient[i] += each.gradient[i];
  }
  pullBack(rules, points, { data: gradient });
  return { distance, gradient };
}

/** 1 for each row that satisfies all relations, to their tolerance, and has one 1 in each group. */
export function satisfied({ groups, relations, tolerance }: TableRules, points: Rows): Uint8Array {
  const { rows, columns, data } = points;
  const flags = new Uint8Array(rows).fill(1);
  for (let i = 0; i < rows; i++) {
    for (const group of groups) {
      let ones = 0;
      for (const j of group) {
        const value = data[i * columns + j];
        ones += value === 1 ? 1 : value === 0 ? 0 : Number.NaN;
      }
      if (ones !== 1) flags[i] = 0;
    }
  }
  for (const relation of relations) {
    holds(relation, points, tolerance).forEach((flag, i) => {
      flags[i] &= flag;
    });
  }
  return flags;
}
