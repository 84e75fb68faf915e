// Which rows of its data `carom evade` attacks, and where they should end.

import { type Dataset, InputError, rowCount, takeRows } from "@carom/core";
import { classNamed } from "@carom/core/data";

interface RowsOptions {
  readonly class?: string;
  readonly targetClass?: string;
  readonly falseAlarms?: number;
}

/** The rows of data that are attacked. */
export interface RowsAsked {
  readonly attacked: Dataset;
  /** Where each stands in the data. */
  readonly index: Int32Array;
  /** The class that they should end in; any wrong one where absent. */
  readonly target: number | undefined;
  /** The class whose rows are attacked; all but `target` where absent. */
  readonly positive: number | undefined;
}

/** Chooses rows. @throws InputError for classes that are not there, and where no row is left */
export function rowsAsked(data: Dataset, options: RowsOptions): RowsAsked {
  const numbered = (name: string | undefined) => (name === undefined ? undefined : classNamed(data.classNames, name));
  const [target, positive] = [numbered(options.targetClass), numbered(options.class)];
  if (options.falseAlarms !== undefined && positive === undefined) throw missingClass();
  const index = Int32Array.from(data.labels.keys()).filter(
    (i) => data.labels[i] !== target && (positive === undefined || data.labels[i] === positive),
  );
  if (index.length === 0) throw noRows(options);
  const attacked = index.length === rowCount(data) ? data : takeRows(data, index);
  return { attacked, index, target, positive };
}

/** The label of a row as its data file has it; its class's number where names are no integers. */
export function labelOf({ labels, classNames }: Dataset, i: number): number {
  return classNames.every((name) => Number.isInteger(Number(name))) ? Number(classNames[labels[i]]) : labels[i];
}

function missingClass(): InputError {
  return new InputError("missing", "option --class", {
    expected: "the class whose detection is judged, because --false-alarms is given",
    got: "none",
    remedy: "name it with --class",
  });
}

function noRows({ class: name, targetClass }: RowsOptions): InputError {
  const other = targetClass === undefined ? "" : ` other than ${targetClass}`;
  return new InputError("invalid", "data", {
    expected: `rows of ${name === undefined ? "a class" : `class ${name}`}${other} to attack`,
    got: "none",
    remedy: "give data with such rows, or other classes",
  });
}
