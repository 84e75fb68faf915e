// The points that can be sent to a class: those of others.

import { type Dataset, rowCount, takeRows } from "../../data/dataset.ts";
import { classNamed } from "../../data/labels.ts";
import { InputError } from "../../errors.ts";

/**
 * The rows that are not of the class of that name, as of those that are nothing can be told; all where none is named.
 *
 * @throws InputError for a class that does not exist, or where no row is left
 */
export function pointsToSend(data: Dataset, targetClass: string | undefined): Dataset {
  if (targetClass === undefined) return data;
  const wanted = classNamed(data.classNames, targetClass, "target class");
  const rows = Int32Array.from(data.labels.keys()).filter((i) => data.labels[i] !== wanted);
  if (rows.length === 0) {
    throw new InputError("invalid", "points to attack", {
      expected: `points of other classes than ${targetClass}, to send there`,
      got: "none",
      remedy: "give data with such rows, or another class",
    });
  }
  return rows.length === rowCount(data) ? data : takeRows(data, rows);
}
