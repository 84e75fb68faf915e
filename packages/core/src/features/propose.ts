// A feature schema proposed from the rows of a table: what the values show, each with its reason, for a person to
// correct.

import { type Dataset, denseRows, featureCount, rowCount } from "../data/dataset.ts";
import { toFloat } from "../tensor.ts";
import { proposeRelations, type RelationProposal } from "./proposeRelations.ts";
import { featureNamesOf } from "./resolve.ts";
import { robustSpread } from "./spread.ts";

/** What is proposed of a column, or of a group of columns. */
export interface ColumnProposal {
  readonly name: string;
  readonly kind: "real" | "integer" | "binary" | "one-hot";
  /** Of a group whose columns are not named after it. */
  readonly of?: readonly string[];
  /** The least and the greatest value of the rows; of real and whole numbers. */
  readonly bounds?: readonly [number, number];
  /** The robust spread of the rows (`robustSpread`), to four digits; absent where nothing varies. */
  readonly scale?: number;
  /** False for a column that never varies. */
  readonly mutable?: false;
  readonly reason: string;
}

/** A features file that data suggest, and why. */
export interface FeatureProposal {
  readonly rows: number;
  readonly columns: readonly ColumnProposal[];
  /** What holds in every row; that it must is not said. */
  readonly relations: readonly RelationProposal[];
}

/**
 * What the rows of a table show of its columns.
 *
 * _Kinds_: columns of words, and columns of 0 and 1 whose names share a beginning and of which exactly one is 1 in each
 * row, are one-hot groups; other columns of 0 and 1 are binary, of whole numbers integers. _Bounds_ are those of the
 * rows. _Scale_: the robust spread. _Relations_: see `proposeRelations`.
 */
export function proposeFeatures(data: Dataset): FeatureProposal {
  const [n, d] = [rowCount(data), featureCount(data)];
  const x = toFloat(denseRows(data), "float64").data;
  const values = Array.from({ length: d }, (_, j) => Float64Array.from({ length: n }, (_, i) => x[i * d + j]));
  const names = featureNamesOf(data);
  const isFlag = values.map((own) => own.every((value) => value === 0 || value === 1));
  const groups = [
    ...(data.domain.groups ?? []).map(({ name, columns }) => ({ name, columns, isOfWords: true })),
    ...groupsByName(names, values, isFlag, new Set((data.domain.groups ?? []).flatMap(({ columns }) => columns))),
  ];
  const groupOf = new Map(groups.flatMap((group) => group.columns.map((j) => [j, group] as const)));
  const columns = names.flatMap((name, j): ColumnProposal[] => {
    const group = groupOf.get(j);
    if (!group) return [columnProposal(name, values[j], isFlag[j])];
    return j === group.columns[0] ? [groupProposal(group, names)] : [];
  });
  const free = names.flatMap((name, j) => (groupOf.has(j) || isFlag[j] ? [] : [{ name, values: values[j] }]));
  return { rows: n, columns, relations: proposeRelations(free) };
}

function columnProposal(name: string, values: Float64Array, isFlag: boolean): ColumnProposal {
  const sorted = values.slice().sort();
  const [least, greatest] = [sorted[0], sorted[sorted.length - 1]];
  if (least === greatest) {
    const kind = Number.isInteger(least) ? "integer" : "real";
    return { name, kind, bounds: [shortest(least), shortest(least)], mutable: false, reason: `always ${plain(least)}` };
  }
  if (isFlag) {
    const ones = values.reduce((sum, value) => sum + value, 0);
    return { name, kind: "binary", reason: `1 in ${percent(ones / values.length)} of the rows` };
  }
  const kind = values.every(Number.isInteger) ? "integer" : "real";
  const quartile = (share: number) => plain(sorted[Math.round(share * (sorted.length - 1))]);
  const half = `half of the rows from ${quartile(0.25)} to ${quartile(0.75)}`;
  const reason = kind === "integer" ? `whole numbers, ${half}` : half;
  return {
    name,
    kind,
    bounds: [shortest(least), shortest(greatest)],
    scale: Number(robustSpread(values).toPrecision(4)),
    reason,
  };
}

interface Group {
  readonly name: string;
  readonly columns: readonly number[];
  readonly isOfWords: boolean;
}

function groupProposal({ name, columns, isOfWords }: Group, names: readonly string[]): ColumnProposal {
  const members = columns.map((j) => names[j]);
  const isNamed = members.every((member) => member.startsWith(`${name}=`));
  const reason = isOfWords
    ? `words, ${columns.length} of them`
    : `exactly one of ${columns.length} columns is 1 in each row`;
  return { name, kind: "one-hot", ...(!isNamed && { of: members }), reason };
}

/** What stands between the name of a group and that of its value. */
const separators = /[=_.:/ -]/g;

/**
 * Groups of columns of 0 and 1 whose names are alike up to a separator and of which exactly one is 1 in each row; the
 * widest where several begin alike.
 */
function groupsByName(
  names: readonly string[],
  values: readonly Float64Array[],
  isFlag: readonly boolean[],
  taken: ReadonlySet<number>,
): Group[] {
  const byStart = new Map<string, number[]>();
  names.forEach((name, j) => {
    if (!isFlag[j] || taken.has(j)) return;
    for (const { index } of name.matchAll(separators)) {
      if (index === 0) continue;
      const start = name.slice(0, index);
      byStart.set(start, [...(byStart.get(start) ?? []), j]);
    }
  });
  const used = new Set<number>();
  const found: Group[] = [];
  for (const [name, columns] of [...byStart].sort(([, a], [, b]) => b.length - a.length)) {
    if (columns.length < 2 || columns.some((j) => used.has(j)) || names.includes(name)) continue;
    const sums = values[0].map((_, i) => columns.reduce((sum, j) => sum + values[j][i], 0));
    if (!sums.every((sum) => sum === 1)) continue;
    for (const j of columns) used.add(j);
    found.push({ name, columns, isOfWords: false });
  }
  return found;
}

const percent = (share: number) => `${(100 * share).toFixed(share > 0 && share < 0.01 ? 2 : 0)} %`;

/** The number with the fewest digits that float32 holds as the same; a number that float32 does not hold as it is. */
function shortest(value: number): number {
  if (Math.fround(value) !== value) return value;
  const digits = [4, 5, 6, 7, 8].find((count) => Math.fround(Number(value.toPrecision(count))) === value);
  return digits === undefined ? value : Number(value.toPrecision(digits));
}

const plain = (value: number) => String(Number(value.toPrecision(6)));
