// A feature schema for the columns of one table: every default written out as a number.

import { type Dataset, denseRows, featureCount } from "../data/dataset.ts";
import { InputError, unknownName } from "../errors.ts";
import { toFloat } from "../tensor.ts";
import { definitionsOf } from "./definitions.ts";
import type { Condition } from "./expression/expression.ts";
import { parseCondition } from "./expression/parse.ts";
import { type Place, wayOnly } from "./place.ts";
import type { FeatureRule, FeatureSchema } from "./schema.ts";
import { robustSpread } from "./spread.ts";

/** One column of a table. */
export interface ResolvedColumn {
  readonly name: string;
  readonly kind: FeatureRule["kind"];
  readonly lower: number;
  readonly upper: number;
  readonly mutable: boolean;
  readonly direction?: "add" | "remove";
  /** How much of it a unit of the budget changes. */
  readonly scale: number;
  /** The values of an ordinal one, ascending. */
  readonly values?: readonly number[];
}

/** What a schema says of the columns of one table, in their order; ready for JSON. */
export interface ResolvedFeatures {
  readonly columns: readonly ResolvedColumn[];
  /** Columns of which one is 1 and the others 0. */
  readonly groups: readonly { readonly name: string; readonly columns: readonly number[] }[];
  readonly relations: readonly string[];
  readonly tolerance: number;
}

/** What the D columns of a table are called in a schema: by their names, else x0 to x(D-1). */
export function featureNamesOf(data: Dataset): readonly string[] {
  return data.featureNames ?? Array.from({ length: featureCount(data) }, (_, j) => `x${j}`);
}

/** The relations of resolved features as conditions on columns. */
export function conditionsOf({ columns, relations }: ResolvedFeatures): readonly Condition[] {
  const names = columns.map(({ name }) => name);
  return relations.map((text) => parseCondition(text, names));
}

/**
 * What a schema says of the columns of a table. Columns of words are groups, also where it does not name them.
 *
 * Bounds that are not given are the table's own (`Dataset.domain`), those of binary columns and groups 0 and 1. The
 * scale of a column is its robust spread (`robustSpread`) over the rows, where those do not vary the width of its
 * bounds; a binary column or a group costs 1 to change: of a group that changes from one column to another, each of the
 * two.
 *
 * @throws InputError, with its place, for columns that do not exist or are named twice, and what contradicts itself:
 * bounds, values, relations that cannot be read, that define a column twice or each other in a circle
 */
export function resolveFeatures(schema: FeatureSchema, data: Dataset, place: Place = wayOnly): ResolvedFeatures {
  const names = featureNamesOf(data);
  const position = new Map(names.map((name, j) => [name, j]));
  const rules = new Map<number, { rule: FeatureRule; path: readonly string[] }>();
  const groups: { name: string; columns: number[] }[] = [];
  for (const [name, rule] of Object.entries(schema.columns)) {
    const path = ["columns", name];
    const own = position.get(name);
    const columns =
      rule.kind === "one-hot" ? groupColumns(name, rule, names, place) : [own ?? unknown(name, names, place)];
    for (const j of columns) {
      if (rules.has(j)) throw namedTwice(names[j], path, place);
      rules.set(j, { rule, path });
    }
    if (rule.kind === "one-hot") groups.push({ name, columns });
    else if (rule.of) throw contradiction(path, place, "columns (of) for a one-hot group alone", `${rule.kind}`);
    if (rule.values && rule.kind !== "ordinal") {
      throw contradiction(path, place, "values for an ordinal column alone", rule.kind);
    }
  }
  // Columns of words are groups whatever is said of others.
  for (const { name, columns: members } of data.domain.groups ?? []) {
    if (members.some((j) => rules.has(j))) continue;
    for (const j of members)
      rules.set(j, { rule: { ...(schema.others ?? DEFAULT), kind: "one-hot" }, path: ["others"] });
    groups.push({ name, columns: [...members] });
  }
  const x = toFloat(denseRows(data), "float64").data;
  const valuesOf = (j: number) => Float64Array.from({ length: data.labels.length }, (_, i) => x[i * names.length + j]);
  const columns = names.map((name, j): ResolvedColumn => {
    const { rule, path } = rules.get(j) ?? { rule: schema.others ?? DEFAULT, path: ["others"] };
    const isFixed = data.domain.kinds?.[j] === "fixed";
    const observed = [data.domain.lower[j], data.domain.upper[j]] as const;
    return resolveColumn(name, isFixed ? { ...rule, mutable: false } : rule, valuesOf(j), observed, () => place(path));
  });
  const resolved = { columns, groups, relations: schema.relations, tolerance: schema.tolerance };
  const conditions = schema.relations.map((text, i) =>
    parseCondition(text, names, (offset) => place(["relations", i], offset)),
  );
  definitionsOf(conditions, { names, isComputable: computable(resolved), place: (i) => place(["relations", i], 0) });
  return resolved;
}

const DEFAULT: FeatureRule = { kind: "real", mutable: true };

/** Whether a relation may compute a column: one that may change, and is in no group. */
export function computable({ columns }: Pick<ResolvedFeatures, "columns">): (column: number) => boolean {
  return (j) => columns[j].mutable && columns[j].kind !== "one-hot";
}

function groupColumns(name: string, rule: FeatureRule, names: readonly string[], place: Place): number[] {
  const members = rule.of ?? names.filter((each) => each.startsWith(`${name}=`));
  if (members.length < 2) {
    throw contradiction(
      ["columns", name],
      place,
      `two columns or more, named by "of" or "${name}=..."`,
      `${members.length}`,
    );
  }
  return members.map((member) => {
    const j = names.indexOf(member);
    return j >= 0 ? j : unknown(member, names, place, ["columns", name, "of"]);
  });
}

function resolveColumn(
  name: string,
  rule: FeatureRule,
  values: Float64Array,
  observed: readonly [number, number],
  place: () => string,
): ResolvedColumn {
  const { kind, mutable, bounds = ["data", "data"] } = rule;
  const isFlag = kind === "binary" || kind === "one-hot";
  const [least, most] = isFlag ? [0, 1] : observed;
  const [low, high] = bounds;
  const [lower, upper] = [typeof low === "number" ? low : least, typeof high === "number" ? high : most];
  const rises = low === "own" || rule.direction === "increase";
  const falls = high === "own" || rule.direction === "decrease";
  if (!(lower <= upper)) throw fault(place(), "a least value that is at most the greatest", `${lower} and ${upper}`);
  const levels = kind === "ordinal" ? [...new Set(rule.values ?? values)].sort((a, b) => a - b) : undefined;
  const spread = isFlag ? 1 : robustSpread(values);
  return {
    name,
    kind,
    lower: levels ? Math.max(lower, levels[0]) : lower,
    upper: levels ? Math.min(upper, levels[levels.length - 1]) : upper,
    mutable: mutable && !(rises && falls),
    ...(rises !== falls && { direction: rises ? ("add" as const) : ("remove" as const) }),
    scale: rule.scale ?? (spread || upper - lower || 1),
    ...(levels && { values: levels }),
  };
}

function unknown(
  name: string,
  names: readonly string[],
  place: Place,
  path: readonly string[] = ["columns", name],
): never {
  return unknownName(`column at ${place(path)}:`, name, names);
}

function namedTwice(name: string, path: readonly string[], place: Place): InputError {
  return fault(place(path), `each column once`, `${JSON.stringify(name)} again`);
}

function contradiction(path: readonly string[], place: Place, expected: string, got: string): InputError {
  return fault(place(path), expected, got);
}

function fault(at: string, expected: string, got: string): InputError {
  return new InputError("invalid", `column at ${at}`, { expected, got, remedy: "correct the features file" });
}
