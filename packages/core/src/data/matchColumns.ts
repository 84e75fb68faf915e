// Columns of one table in the order of another, by their names.

import { InputError } from "../errors.ts";
import { allocate, type FloatType, type Tensor } from "../tensor.ts";
import { type Dataset, rowCount } from "./dataset.ts";
import { type OneHotGroup, valueColumn } from "./oneHot.ts";
import { isSparse } from "./sparse.ts";

/** Names that a message lists. */
const LISTED = 5;

/**
 * The data with its columns in the order of the names that a table or model has; as it is where either has no names. Of
 * a column of words, values that no row here has are columns of zeros, and columns of zeros may be too many.
 *
 * @param what has these names, in words
 * @throws InputError, naming them, for columns that are missing or that there are too many of.
 */
export function matchColumns(data: Dataset, names: readonly string[] | undefined, what: string, like: string): Dataset {
  const own = data.featureNames;
  if (!own || !names || `${own}` === `${names}`) return data;
  const place = new Map(own.map((name, column) => [name, column]));
  const known = new Set(names);
  const groups = data.domain.groups ?? [];
  const isValue = (name: string) => groups.some((group) => name.startsWith(valueColumn(group.name, "")));
  const missing = names.filter((name) => !place.has(name) && !isValue(name));
  const unknown = own.filter((name, column) => !known.has(name) && !(isValue(name) && isZero(data, column)));
  if (missing.length > 0 || unknown.length > 0) {
    const got = [
      missing.length > 0 && `none of ${listed(missing)}`,
      unknown.length > 0 && `others: ${listed(unknown)}`,
    ];
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
  return arranged(data, names, (name) => place.get(name));
}

/** Two tables with the same features of words: for each column of words the values of both, each with a feature. */
export function withSameValues(a: Dataset, b: Dataset): readonly [Dataset, Dataset] {
  const others = new Map((b.domain.groups ?? []).map((group) => [group.name, group.values]));
  const shared = (a.domain.groups ?? []).filter(({ name }) => others.has(name));
  if (shared.length === 0 || !a.featureNames || !b.featureNames) return [a, b];
  const values = new Map(
    shared.map(({ name, values: own }) => [name, [...new Set([...own, ...others.get(name)!])].sort()] as const),
  );
  const both = (data: Dataset): Dataset => {
    const groupOf = new Map(data.domain.groups!.flatMap((group) => group.columns.map((column) => [column, group])));
    const names = data.featureNames!.flatMap((name, column) => {
      const group = groupOf.get(column);
      const wanted = group && values.get(group.name);
      if (!wanted) return [name];
      return column === group.columns[0] ? wanted.map((value) => valueColumn(group.name, value)) : [];
    });
    const place = new Map(data.featureNames!.map((name, column) => [name, column]));
    return arranged(data, names, (name) => place.get(name));
  };
  return [both(a), both(b)];
}

/** The data with columns of these names, each of which is one of theirs or holds zeros. */
function arranged(data: Dataset, names: readonly string[], placeOf: (name: string) => number | undefined): Dataset {
  const features = data.features as Tensor<FloatType>;
  const rows = rowCount(data);
  const width = data.featureNames!.length;
  const from = names.map(placeOf);
  const values = allocate(features.type, rows * names.length) as Float32Array | Float64Array;
  from.forEach((column, j) => {
    if (column === undefined) return;
    for (let i = 0; i < rows; i++) values[i * names.length + j] = features.data[i * width + column];
  });
  const { domain } = data;
  const bound = (of: Float64Array) => Float64Array.from(from, (column) => (column === undefined ? 0 : of[column]));
  const kinds = domain.kinds && from.map((column) => (column === undefined ? "fixed" : domain.kinds![column]));
  const groups = domain.groups && groupsAmong(domain.groups, names);
  return {
    ...data,
    features: { ...features, shape: [rows, ...shapeOf(data, names.length)], data: values } as Tensor<FloatType>,
    featureShape: shapeOf(data, names.length),
    featureNames: names,
    domain: {
      lower: bound(domain.lower),
      upper: bound(domain.upper),
      ...(kinds && { kinds }),
      ...(groups && { groups }),
    },
  };
}

const shapeOf = ({ featureShape, featureNames }: Dataset, width: number) =>
  featureNames!.length === width ? featureShape : [width];

/** The same groups among columns of these names. */
function groupsAmong(groups: readonly OneHotGroup[], names: readonly string[]): readonly OneHotGroup[] {
  return groups.map(({ name }) => {
    const start = valueColumn(name, "");
    const columns = [...names.keys()].filter((j) => names[j].startsWith(start));
    return { name, columns, values: columns.map((j) => names[j].slice(start.length)) };
  });
}

function isZero({ domain }: Dataset, column: number): boolean {
  return domain.lower[column] === 0 && domain.upper[column] === 0;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, LISTED).map((name) => `"${name}"`);
  return `${shown.join(", ")}${names.length > LISTED ? ` and ${names.length - LISTED} more` : ""}`;
}
