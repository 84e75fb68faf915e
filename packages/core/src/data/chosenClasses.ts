// The classes of a dataset that are meant: some of them, or one against all others.

import { unknownName } from "../errors.ts";
import { type Dataset, rowCount, takeRows } from "./dataset.ts";
import { classPosition, withClasses } from "./labels.ts";

/** Two classes: the named one, numbered 1, and all others together. @throws InputError where there is no such class */
export function againstRest(data: Dataset, positive: string): Dataset {
  const own = classPosition(data.classNames, positive);
  if (own === undefined) unknownName("class", positive, data.classNames);
  const labels = data.labels.map((label) => (label === own ? 1 : 0));
  return { ...data, labels, classNames: [`not ${positive}`, positive] };
}

/** The rows of the named classes, with classes numbered in that order; a class may have no rows. */
export function keepClasses(data: Dataset, classes: readonly string[]): Dataset {
  const isKept = data.classNames.map((name) => classPosition(classes, name) !== undefined);
  const rows = Array.from(data.labels.keys()).filter((i) => isKept[data.labels[i]]);
  return withClasses(rows.length === rowCount(data) ? data : takeRows(data, rows), classes);
}
