// Equalities that compute one column from others, in an order in which all of them can be computed.

import { InputError } from "../errors.ts";
import { type Condition, columnsIn, type Expression } from "./expression/expression.ts";

/** A column that follows from others. */
export interface Definition {
  readonly column: number;
  readonly expression: Expression;
  /** The columns that it follows from. */
  readonly sources: readonly number[];
  /** The position of the relation that says so. */
  readonly relation: number;
}

interface About {
  readonly names: readonly string[];
  /** Whether a column may be computed. */
  isComputable(column: number): boolean;
  /** Where a relation stands. */
  place(relation: number): string;
}

/**
 * The relations of the form `column == expression` as definitions, each after those that it needs. Where the column
 * also stands on the right, or may not be computed, the relation is a rule like others.
 *
 * @throws InputError for a column that two relations define, and for definitions that need each other in a circle
 */
export function definitionsOf(relations: readonly Condition[], about: About): readonly Definition[] {
  const byColumn = new Map<number, Definition>();
  relations.forEach((condition, relation) => {
    if (condition.kind !== "comparison" || condition.sign !== "==" || condition.left.kind !== "column") return;
    const { column } = condition.left;
    const sources = columnsIn(condition.right);
    if (sources.includes(column) || !about.isComputable(column)) return;
    const other = byColumn.get(column);
    if (other) throw twice(about, column, other.relation, relation);
    byColumn.set(column, { column, expression: condition.right, sources, relation });
  });
  const ordered: Definition[] = [];
  const done = new Set<number>();
  const visit = (definition: Definition, way: readonly Definition[]): void => {
    if (done.has(definition.column)) return;
    const back = way.indexOf(definition);
    if (back >= 0) throw circle(about, way.slice(back));
    for (const source of definition.sources) {
      const needed = byColumn.get(source);
      if (needed) visit(needed, [...way, definition]);
    }
    done.add(definition.column);
    ordered.push(definition);
  };
  for (const definition of byColumn.values()) visit(definition, []);
  return ordered;
}

function twice({ names, place }: About, column: number, first: number, second: number): InputError {
  return new InputError("invalid", `relation at ${place(second)}`, {
    expected: `one relation that computes ${names[column]}; the one at ${place(first)} does`,
    got: "another",
    remedy: `for a rule that computes nothing put ${names[column]} on the right, as in "a + b == ${names[column]}"`,
  });
}

function circle({ names, place }: About, way: readonly Definition[]): InputError {
  const columns = [...way, way[0]].map(({ column }) => names[column]);
  const last = way[way.length - 1];
  return new InputError("invalid", `relation at ${place(last.relation)}`, {
    expected: "columns that can be computed one after the other",
    got: `a circle: ${columns.join(" needs ")}`,
    remedy:
      `write one of them as a rule that computes nothing, with its column on the right: "... == ` +
      `${names[last.column]}"`,
  });
}
