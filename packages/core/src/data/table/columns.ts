// What the columns of a table are: features, labels, or neither.

import { InputError, unknownName } from "../../errors.ts";
import { type Dialect, repeats, usualLabels } from "./dialect.ts";
import { textNumber } from "./numbers.ts";
import type { TableTask } from "./options.ts";

/** Why a column holds the labels. */
export type LabelReason = "asked" | "name" | "texts" | "last" | "rest";

export interface Columns {
  /** The column of labels. */
  readonly label: number;
  readonly because: LabelReason;
  /** The columns of features, in order. */
  readonly features: readonly number[];
  /** What each column is called: its name, else its number from 1. */
  readonly names: readonly string[];
  /** Whether the last column is left out, because it has neither a name nor values. */
  readonly hasEmptyLast: boolean;
  /** Those of the features that hold words. */
  readonly texts: readonly number[];
  /** The column without a name that numbers the rows, where it was left out for that. */
  readonly index: number | undefined;
  /** Columns that were left out because the model takes none of their name. */
  readonly unused: readonly number[];
}

interface ColumnOptions extends Pick<TableTask, "label" | "drop" | "keep" | "categorical" | "taken"> {
  isMissing(text: string): boolean;
}

/**
 * What the columns of a table with these first lines are.
 *
 * The labels are in the column asked for; else in the one with a usual name: label, class, target, y, the first of
 * these that is there, in whatever case (a y beside an x is a coordinate); else in the only column of texts that repeat
 * or, where there is none, in the last. A first column without a name whose whole numbers differ is the index that
 * pandas writes, and left out. Where the table has every column that a model takes, those are the features, and the
 * labels are among the others. Features whose words repeat are columns of words, as are those named as such and those
 * that the model takes as text.
 *
 * @throws InputError for columns that do not exist or whose name is not theirs alone, and where several columns may
 * hold the labels.
 */
export function columnsOf(dialect: Dialect, name: string, options: ColumnOptions): Columns {
  const { header, width, body } = dialect;
  const isEmpty = (i: number) =>
    (header === undefined || header[i] === "") && body.every(({ cells }) => cells[i] === "");
  const hasEmptyLast = body.length > 0 && isEmpty(width - 1);
  const all = Array.from({ length: hasEmptyLast ? width - 1 : width }, (_, i) => i);
  const names = all.map((i) => (header ? header[i] || `unnamed ${i + 1}` : String(i + 1)));
  const holdTexts = columnsOfTexts(dialect, options.isMissing);
  const dropped = new Set((options.drop ?? []).map((column) => columnNamed(names, column)));
  const kept = all.filter((i) => !dropped.has(i));
  const asked = options.label === undefined ? undefined : columnNamed(names, options.label);
  const index = asked !== 0 && isIndex(dialect, names, kept, options) ? 0 : undefined;
  const possible = kept.filter((i) => i !== index);
  const taken = takenAmong(names, possible, options.taken);
  const free = taken ? possible.filter((i) => !taken.has(names[i])) : possible;
  const { label, because } = asked !== undefined ? { label: asked, because: "asked" as const } : guessed();
  const features = possible.filter((i) => i !== label && (taken?.has(names[i]) ?? true));
  const unused = taken ? free.filter((i) => i !== label) : [];
  const said = new Set((options.categorical ?? []).map((column) => columnNamed(names, column)));
  const texts = features.filter(
    (i) => taken?.get(names[i]) ?? (said.has(i) || (holdTexts.has(i) && holdsWords(dialect, i, options))),
  );
  return { label, because, features, names, hasEmptyLast, texts, index, unused };

  function guessed() {
    if (taken && free.length === 1) return { label: free[0], because: "rest" as const };
    if (free.length > 0) return guess(free, dialect, holdTexts, name, options);
    throw new InputError("missing", `labels of ${name}`, {
      expected: "a column beside those that the model takes",
      got: "none",
      remedy: "add one with the true classes",
    });
  }
}

/** Whether the model takes each column as text, by name; undefined where the table lacks one of those that it takes. */
function takenAmong(
  names: readonly string[],
  possible: readonly number[],
  taken: ColumnOptions["taken"],
): ReadonlyMap<string, boolean> | undefined {
  if (!taken || taken.length === 0) return undefined;
  const there = new Set(possible.map((i) => names[i]));
  return taken.every(({ name }) => there.has(name))
    ? new Map(taken.map(({ name, isText }) => [name, isText]))
    : undefined;
}

/** The header of a column that pandas and R write without a name. */
const nameless = /^(|unnamed: ?\d+)$/i;

/** Whether the first column has no name and another whole number in each of the first rows: so pandas numbers them. */
function isIndex(
  { header, body, decimal }: Dialect,
  names: readonly string[],
  kept: readonly number[],
  { keep = [] }: ColumnOptions,
): boolean {
  if (!header || !nameless.test(header[0]) || kept[0] !== 0 || kept.length < 2 || body.length < 3) return false;
  if (keep.some((column) => columnNamed(names, column) === 0)) return false;
  const numbers = body.map(({ cells }) => textNumber(cells[0], decimal));
  return numbers.every((value) => Number.isInteger(value) && value >= 0) && new Set(numbers).size === numbers.length;
}

/** Texts that stand for 1 and 0. */
export const truthValues: ReadonlyMap<string, number> = new Map([
  ["true", 1],
  ["false", 0],
]);

/** The values of a column in the first records. */
function valuesOf({ body }: Pick<Dialect, "body">, i: number, isMissing: ColumnOptions["isMissing"]): string[] {
  return body.map(({ cells }) => cells[i]).filter((text) => !isMissing(text));
}

/** The columns of which most values are no numbers, and repeat, as far as the first records tell. */
function columnsOfTexts(dialect: Dialect, isMissing: ColumnOptions["isMissing"]): ReadonlySet<number> {
  const { body, width, decimal } = dialect;
  // Most of many columns hold numbers: those are found out without a list.
  const texts = new Int32Array(width);
  for (const { cells } of body) {
    for (let i = 0; i < width; i++) if (Number.isNaN(textNumber(cells[i], decimal)) && !isMissing(cells[i])) texts[i]++;
  }
  const found = new Set<number>();
  for (let i = 0; i < width; i++) {
    const values = texts[i] > 0 ? valuesOf(dialect, i, isMissing) : [];
    if (2 * texts[i] > values.length && repeats(values)) found.add(i);
  }
  return found;
}

/** Whether a column of texts holds words; truth values are numbers. */
function holdsWords(dialect: Dialect, i: number, { isMissing }: ColumnOptions): boolean {
  const words = valuesOf(dialect, i, isMissing).filter((text) => Number.isNaN(textNumber(text, dialect.decimal)));
  return !words.every((text) => truthValues.has(text.toLowerCase()));
}

function guess(
  kept: readonly number[],
  { header, body, decimal }: Dialect,
  holdTexts: ReadonlySet<number>,
  name: string,
  { isMissing }: ColumnOptions,
): { readonly label: number; readonly because: LabelReason } {
  const lower = header?.map((text) => text.toLowerCase());
  for (const usual of lower ? usualLabels : []) {
    const [first, ...others] = kept.filter((i) => lower![i] === usual);
    if (first === undefined || (usual === "y" && lower!.includes("x"))) continue;
    if (others.length === 0) return { label: first, because: "name" };
    throw undecided([first, ...others].map((i) => i + 1).join(" and "), name);
  }
  const values = (i: number) => valuesOf({ body }, i, isMissing);
  const isText = (text: string) => Number.isNaN(textNumber(text, decimal));
  const texts = kept.filter((i) => holdTexts.has(i));
  const last = kept[kept.length - 1];
  const isLast = texts.length === 0 || texts[texts.length - 1] === last;
  if (texts.length === 1 && isLast) return { label: last, because: "last" };
  // A last column of other than whole numbers holds no classes.
  const lastMayBe = values(last).every((text) => isText(text) || Number.isInteger(textNumber(text, decimal)));
  if (texts.length === 0) {
    const classes = values(last);
    const twin = mayBeTold(classes) && kept.find((i) => i !== last && tellEachOther(values(i), classes));
    if (twin === undefined || twin === false) return { label: last, because: "last" };
    const both = [twin, last].map((i) => `"${header?.[i] || i + 1}"`).join(" and ");
    throw undecided(`${both}, each of which tells the other`, name);
  }
  if (texts.length === 1 && !lastMayBe) return { label: texts[0], because: "texts" };
  const found = [...new Set([...texts, ...(lastMayBe ? [last] : [])])];
  throw undecided(found.map((i) => `"${header?.[i] || `unnamed ${i + 1}`}"`).join(" and "), name);
}

/** Whether two columns hold few values, many times each, that stand for one another. */
function tellEachOther(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  const count = new Set(a).size;
  if (count < 2 || MANY * count > a.length || count !== new Set(b).size) return false;
  return new Set(a.map((text, i) => JSON.stringify([text, b[i]]))).size === count;
}

/** Whether there are so many values that another column may tell them by more than chance. */
const mayBeTold = (values: readonly string[]) => values.length >= 2 * MANY;

/** So often, on average, must a value of a column occur that may hold classes. */
const MANY = 4;

function undecided(columns: string, name: string): InputError {
  return new InputError("invalid", `columns of ${name}`, {
    expected: "one that may hold the classes",
    got: `several: ${columns}`,
    remedy: "say which it is with --label, and leave others that are no features out with --drop",
  });
}

/**
 * The position of a column given by name, "first", "last" or number from 1.
 *
 * @throws InputError where there is none, or several have that name.
 */
export function columnNamed(names: readonly string[], asked: string): number {
  const named = names.indexOf(asked);
  if (named >= 0 && names.indexOf(asked, named + 1) < 0) return named;
  if (named >= 0) {
    throw new InputError("invalid", `column "${asked}"`, {
      expected: "a name that one column has",
      got: `columns ${names.flatMap((each, i) => (each === asked ? [i + 1] : [])).join(" and ")}`,
      remedy: "rename one of them",
    });
  }
  if (asked === "first") return 0;
  if (asked === "last") return names.length - 1;
  const number = Number(asked);
  if (Number.isInteger(number) && number >= 1 && number <= names.length) return number - 1;
  return unknownName("column", asked, names);
}
