// Labels: integers as they stand in a file become positions in a list of class names.

import { InputError } from "../errors.ts";

/** Class indices and the names they index. */
export interface Labels {
  readonly labels: Int32Array;
  readonly classNames: readonly string[];
}

/**
 * Labels as class indices.
 *
 * Where names are given, values are positions in them already. Else each distinct value is a class, in numerical
 * order, named by its digits: -1 and 1 become classes "-1" (index 0) and "1" (index 1).
 *
 * @throws InputError for values that are no integers, or no positions in the names.
 */
export function encodeLabels(values: ArrayLike<number | bigint>, classNames?: readonly string[]): Labels {
  const numbers = Array.from(values, Number);
  const fraction = numbers.findIndex((value) => !Number.isSafeInteger(value));
  if (fraction >= 0) {
    throw new InputError("invalid", "labels", {
      expected: "integers, one per class",
      got: `${values[fraction]} in row ${fraction} (counted from 0)`,
      remedy: "number the classes; a regression target is no label",
    });
  }
  if (classNames === undefined) {
    const distinct = [...new Set(numbers)].sort((a, b) => a - b);
    const position = new Map(distinct.map((value, index) => [value, index]));
    return { labels: Int32Array.from(numbers, (value) => position.get(value) ?? -1), classNames: distinct.map(String) };
  }
  const outside = numbers.findIndex((value) => value < 0 || value >= classNames.length);
  if (outside >= 0) {
    throw new InputError("invalid", "labels", {
      expected: `positions 0 to ${classNames.length - 1} in the ${classNames.length} class names`,
      got: `${numbers[outside]} in row ${outside} (counted from 0)`,
      remedy: "name every class",
    });
  }
  return { labels: Int32Array.from(numbers), classNames };
}

/**
 * The same data with its classes numbered as in another list, such as the classes a model knows.
 *
 * @throws InputError for a class that occurs in the data and not in the list.
 */
export function withClasses<T extends Labels>(data: T, classNames: readonly string[]): T {
  const position = data.classNames.map((name) => classNames.indexOf(name));
  const stranger = data.labels.find((label) => position[label] < 0);
  if (stranger !== undefined) {
    throw new InputError("unknown", `class "${data.classNames[stranger]}"`, {
      expected: `classes ${classNames.join(", ")}`,
      got: `classes ${data.classNames.join(", ")}`,
      remedy: "use data with the same labels",
    });
  }
  return { ...data, classNames, labels: data.labels.map((label) => position[label]) };
}
