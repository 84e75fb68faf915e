// svmlight: one row per line, its label and then `index:value` for each non-zero, indices ascending from 1, or from 0 as
// scikit-learn writes them; `#` starts a comment (Joachims, SVM-light).

import { InputError } from "../../errors.ts";
import type { SparseRows } from "../dataset.ts";
import { invalidFile } from "./elements.ts";

/** What a svmlight file holds: its rows and the labels as they stand there. */
export interface LabelledRows {
  readonly features: SparseRows;
  readonly labels: readonly number[];
}

export interface SvmlightOptions {
  /** The number of columns; the largest index that occurs says it where absent. */
  readonly columns?: number | undefined;
  /** Whether columns are counted from 0. */
  readonly zeroBased?: boolean | undefined;
}

const newline = 0x0a;
const labelPattern = /^[+-]?\d+(\.0*)?$/;
const indexPattern = /^\d+$/;

/**
 * The rows and integer labels of a svmlight file.
 *
 * A format that only names its non-zeros cannot say how many columns there are: `columns` declares it, else it is the
 * largest index that occurs. Nor can it say whether columns count from 0 where no row has an entry there.
 *
 * @throws InputError, naming the line, for labels that are no integers, indices that do not ascend from the first or
 * exceed `columns`, and values that are no finite numbers.
 */
export function readSvmlight(
  bytes: Uint8Array,
  name = "svmlight data",
  { columns, zeroBased = false }: SvmlightOptions = {},
): LabelledRows {
  const first = zeroBased ? 0 : 1;
  const labels: number[] = [];
  const start = [0];
  const index: number[] = [];
  const value: number[] = [];
  let widest = 0;

  const readLine = (line: string, number: number): void => {
    const [label, ...entries] = line.split(/\s+/);
    const wrong = (expected: string, got: string, remedy: string) =>
      invalidFile(`line ${number} of ${name}`, expected, `"${got.slice(0, 40)}"`, remedy);
    if (!labelPattern.test(label)) throw wrong("an integer label first", label, "use one integer per class");
    let previous = first - 1;
    for (const entry of entries) {
      const colon = entry.indexOf(":");
      const column = entry.slice(0, colon);
      const number = Number(entry.slice(colon + 1));
      if (colon < 1 || !indexPattern.test(column) || colon === entry.length - 1 || !Number.isFinite(number)) {
        throw wrong("index:value", entry, `write each non-zero as a column from ${first}, a colon and a finite number`);
      }
      const position = Number(column);
      if (position === 0 && first === 1) {
        throw wrong("columns that count from 1", entry, "say --zero-based if they count from 0, as scikit-learn's do");
      }
      if (position <= previous) {
        throw wrong(`indices ascending from ${first} (last was ${previous})`, entry, "sort the entries of each line");
      }
      previous = position;
      if (number === 0) continue;
      index.push(position - first);
      value.push(number);
    }
    if (previous - first >= widest) widest = previous - first + 1;
    labels.push(Number(label));
    start.push(index.length);
  };

  const decoder = new TextDecoder();
  for (let from = 0, number = 1; from < bytes.length; number++) {
    const end = bytes.indexOf(newline, from);
    const to = end < 0 ? bytes.length : end;
    const line = decoder.decode(bytes.subarray(from, to)).split("#", 1)[0].trim();
    if (line !== "") readLine(line, number);
    from = to + 1;
  }
  if (widest > (columns ?? 2 ** 31 - 1)) {
    throw new InputError("invalid", name, {
      expected: columns === undefined ? "indices below 2^31" : `at most the declared ${columns} columns`,
      got: `index ${widest - 1 + first}`,
      remedy: "declare as many columns as the largest index",
    });
  }
  return {
    features: {
      rows: labels.length,
      columns: columns ?? widest,
      start: Int32Array.from(start),
      index: Int32Array.from(index),
      value: Float64Array.from(value),
    },
    labels,
  };
}

/** One line: a label, the non-zeros of a row in order of their columns, counted from 0, and a comment. */
export function svmlightLine(label: number, entries: Iterable<readonly [number, number]>, comment?: string): string {
  let line = `${label}`;
  for (const [column, value] of entries) if (value !== 0) line += ` ${column + 1}:${value}`;
  return comment === undefined ? `${line}\n` : `${line} # ${comment}\n`;
}
