// Bounds that no real input meets and hostile ones do: beyond one a file or an answer is refused before it costs memory
// or time, in a sentence that says how to raise it. Graphs have bounds of their own (`onnx/limits.ts`): nothing raises
// those.

import { InputError } from "./errors.ts";

/** A bound. */
export interface Limit {
  /** What it is raised by: `CAROM_LIMITS=name=number` on the command line, `heedLimits` in a program. */
  readonly name: string;
  readonly most: number;
  /** What is counted, such as "bytes of an answer". */
  readonly unit: string;
}

/** What data files may hold where the data themselves do not bound it. */
export const dataLimits = {
  /** NumPy itself reads no longer one than 10,000 unless it is told to. */
  header: { name: "header", most: 2 ** 16, unit: "bytes of a .npy header" },
  axes: { name: "axes", most: 64, unit: "axes of an array" },
  /** Each costs memory, and an index is soon mistyped. */
  columns: { name: "columns", most: 2 ** 26, unit: "columns that only an index tells of" },
  /** Beyond this, they are no classes. */
  classes: { name: "classes", most: 2 ** 16, unit: "classes" },
  /** Each becomes a feature. */
  words: { name: "words", most: 1000, unit: "different words in a column of features" },
  /** What has to be in memory at once, where its size shows only when it is unpacked. */
  unpacked: { name: "unpacked", most: 2 ** 28, unit: "bytes that are packed in a file" },
} as const satisfies Readonly<Record<string, Limit>>;

/** What models may hold where their files alone do not bound it. */
export const modelLimits = {
  /** A gigabyte in float32; what classifiers hold of a row is a hundredth of it. */
  held: { name: "held", most: 2 ** 28, unit: "numbers of a row that a model holds at once" },
} as const satisfies Readonly<Record<string, Limit>>;

let given: (limit: Limit) => number | undefined = () => undefined;

/** From now on a bound is what a function says of it; where that is undefined, its own. */
export function heedLimits(read: typeof given): void {
  given = read;
}

/** The bound that is in force. */
export function mostOf(limit: Limit): number {
  return given(limit) ?? limit.most;
}

/** The error for what goes beyond a bound. `remedy` is what else may be done. */
export function beyond(limit: Limit, what: string, got: string, remedy: string): InputError {
  return new InputError("unsupported", what, {
    expected: `at most ${mostOf(limit)} ${limit.unit}`,
    got,
    remedy: `${remedy}, or raise the limit with CAROM_LIMITS=${limit.name}=${raised(mostOf(limit))}`,
  });
}

/** A larger bound, as an example. */
const raised = (most: number) => 10 ** Math.ceil(Math.log10(2 * most));
