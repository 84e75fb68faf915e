// Labels: as they stand in a file, numbers or words, they become positions in a list of class names.

import { InputError, unknownName } from "../errors.ts";
import { beyond, dataLimits, mostOf } from "../limits.ts";
import { type DecimalMark, textNumber } from "./table/numbers.ts";

/** Class indices and the names they index. */
export interface Labels {
  readonly labels: Int32Array;
  readonly classNames: readonly string[];
}

/**
 * Labels as class indices.
 *
 * Where names are given, values are positions in them already. Else each distinct value is a class: integers in
 * numerical order, named by their digits, so that -1 and 1 become classes "-1" (index 0) and "1" (index 1); words in
 * alphabetical order. Integers may be written as words or with a fraction of zeros ("1", "1.0"); spaces around a word
 * are no part of it, as tools that write tables disagree about them.
 *
 * @throws InputError for values that are no integers, or no positions in the names; for words beside numbers, and for
 * rows without a label.
 */
export function encodeLabels(
  values: ArrayLike<number | bigint> | readonly string[],
  classNames?: readonly string[],
): Labels {
  if (typeof values[0] === "string") return encodeWords(values as readonly string[]);
  const numbers = new Float64Array(values.length);
  for (let row = 0; row < numbers.length; row++) numbers[row] = Number(values[row]);
  const missing: number[] = [];
  let withoutLabel = 0;
  for (let row = 0; row < numbers.length; row++) {
    if (Number.isNaN(numbers[row]) && withoutLabel++ < NAMED) missing.push(row);
  }
  if (withoutLabel > 0) throw missingLabels("data", withoutLabel, numbers.length, inRows(missing));
  const fraction = numbers.findIndex((value) => !Number.isSafeInteger(value));
  if (fraction >= 0) throw noClass("data", String(values[fraction]), inRows([fraction]));
  if (classNames === undefined) {
    const distinct = [...new Set(numbers)].sort((a, b) => a - b);
    if (distinct.length > mostOf(dataLimits.classes)) throw tooManyClasses("data", `${distinct.length}`);
    const position = new Map(distinct.map((value, index) => [value, index]));
    const labels = new Int32Array(numbers.length);
    for (let row = 0; row < labels.length; row++) labels[row] = position.get(numbers[row])!;
    return { labels, classNames: distinct.map(String) };
  }
  const outside = numbers.findIndex((value) => value < 0 || value >= classNames.length);
  if (outside >= 0) {
    throw new InputError("invalid", "labels", {
      expected: `positions 0 to ${classNames.length - 1} in the ${classNames.length} class names`,
      got: `${numbers[outside]} in row ${outside} (counted from 0)`,
      remedy: "name every class",
    });
  }
  return { labels: new Int32Array(numbers), classNames };
}

function encodeWords(words: readonly string[]): Labels {
  const collector = labelCollector("data", inRows);
  words.forEach((word, row) => {
    const text = plainText(word);
    if (text === "") collector.addMissing(row);
    else collector.add(text, row);
  });
  return collector.end();
}

/** The text of a label: without spaces around it, and each letter in one of the ways that Unicode has to write it. */
export const plainText = (text: string): string => text.trim().normalize("NFC");

const inRows = (rows: readonly number[]) => `row ${rows.join(", ")} (counted from 0)`;

/** Labels on their way from a file, one row after the other. */
interface LabelCollector {
  /** Adds the label of the next row; `place` says where it stands, such as in which line. */
  add(text: string, place: number): void;
  /** The next row has no label. */
  addMissing(place: number): void;
  /** @throws InputError where `encodeLabels` does. */
  end(): Labels;
}

/** Rows without a label that a message names. */
const NAMED = 5;

/**
 * Collects labels that are texts.
 *
 * @param where words for places, such as "line 3, 4"
 * @param mark what stands before the fraction of a number
 */
export function labelCollector(
  name: string,
  where: (places: readonly number[]) => string,
  mark: DecimalMark = ".",
): LabelCollector {
  const ids = new Map<string, number>();
  const firstPlace: number[] = [];
  const missing: number[] = [];
  let [rows, withoutLabel] = [0, 0];
  let labels = new Int32Array(1024);
  const append = (id: number) => {
    if (rows === labels.length) {
      const longer = new Int32Array(2 * rows);
      longer.set(labels);
      labels = longer;
    }
    labels[rows++] = id;
  };
  return {
    add(text, place) {
      let id = ids.get(text);
      if (id === undefined) {
        id = ids.size;
        if (id === mostOf(dataLimits.classes)) throw tooManyClasses(name, `"${text}" in ${where([place])}`);
        ids.set(text, id);
        firstPlace.push(place);
      }
      append(id);
    },
    addMissing(place) {
      if (withoutLabel++ < NAMED) missing.push(place);
      append(-1);
    },
    end() {
      if (withoutLabel > 0) throw missingLabels(name, withoutLabel, rows, where(missing));
      const texts = [...ids.keys()];
      const numbers = texts.map((text) => textNumber(text, mark));
      const at = (id: number) => where([firstPlace[id]]);
      const word = numbers.findIndex(Number.isNaN);
      const number = numbers.findIndex((value) => !Number.isNaN(value));
      if (word >= 0 && number >= 0) {
        throw new InputError("invalid", `labels of ${name}`, {
          expected: "integers alone, or words alone",
          got: `"${texts[number]}" in ${at(number)} and "${texts[word]}" in ${at(word)}`,
          remedy: "mend the odd one, or say which column or array holds the labels with --label",
        });
      }
      const fraction = word >= 0 ? -1 : numbers.findIndex((value) => !Number.isSafeInteger(value));
      if (fraction >= 0) throw noClass(name, texts[fraction], at(fraction));
      // What is written differently may be the same number.
      const values = word >= 0 ? texts : numbers.map((value) => String(value + 0));
      const classNames = [...new Set(values)].sort(word >= 0 ? undefined : (a, b) => Number(a) - Number(b));
      const position = new Map(classNames.map((each, k) => [each, k]));
      const classOf = Int32Array.from(values, (value) => position.get(value)!);
      return { labels: labels.subarray(0, rows).map((id) => classOf[id]), classNames };
    },
  };
}

function missingLabels(name: string, count: number, rows: number, where: string): InputError {
  return new InputError("missing", `labels of ${name}`, {
    expected: "a label in every row",
    got: `none in ${count} of ${rows}: ${where}${count > NAMED ? ", ..." : ""}`,
    remedy:
      "fill them in or take those rows out; where NA or None is a class, say with --na what stands for a missing value",
  });
}

function tooManyClasses(name: string, got: string): InputError {
  const remedy = "say which column or array holds the classes with --label; a regression target is no label";
  return beyond(dataLimits.classes, `labels of ${name}`, got, remedy);
}

function noClass(name: string, got: string, where: string): InputError {
  return new InputError("invalid", `labels of ${name}`, {
    expected: "integers or words, one per class",
    got: `${/^[-+\d.]/.test(got) ? got : `"${got}"`} in ${where}`,
    remedy: "say which column or array holds the classes with --label; a regression target is no label",
  });
}

/**
 * The same data with its classes numbered as in another list, such as the classes a model knows.
 *
 * @throws InputError for a class that occurs in the data and not in the list.
 */
export function withClasses<T extends Labels>(data: T, classNames: readonly string[]): T {
  const position = data.classNames.map((name) => classPosition(classNames, name));
  const stranger = data.labels.find((label) => position[label] === undefined);
  if (stranger !== undefined) {
    throw new InputError("unknown", `class "${data.classNames[stranger]}"`, {
      expected: `classes ${listed(classNames)}`,
      got: `classes ${listed(data.classNames)}`,
      remedy: "use data with the same labels",
    });
  }
  return { ...data, classNames, labels: data.labels.map((label) => position[label]!) };
}

/**
 * Where a class stands among names: under its own, else under one that differs in spaces around it or writes the same
 * whole number otherwise ("07", "7.0"); undefined where it is none.
 */
export function classPosition(names: readonly string[], name: string): number | undefined {
  const exact = names.indexOf(name);
  const own = exact >= 0 ? exact : names.findIndex((each) => plainName(each) === plainName(name));
  return own >= 0 ? own : undefined;
}

/** The position of a class that somebody names. @throws InputError with the nearest name where there is none */
export const classNamed = (names: readonly string[], name: string, what = "class"): number =>
  classPosition(names, name) ?? unknownName(what, name, names);

function plainName(name: string): string {
  const text = plainText(name);
  const value = textNumber(text, ".");
  return Number.isSafeInteger(value) ? String(value + 0) : text;
}

/** Names that a message lists. */
const LISTED = 12;

function listed(names: readonly string[]): string {
  const more = names.length - LISTED;
  return `${names.slice(0, LISTED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
