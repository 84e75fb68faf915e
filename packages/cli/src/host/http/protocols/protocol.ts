// What every protocol comes down to: how rows are asked about, and where in the document the answers are.

import { InputError, type Tensor } from "@carom/core";
import type { Answer } from "../answer.ts";
import type { Transport } from "../transport.ts";

/** A model behind an address, spoken to in its protocol. */
export interface Protocol {
  /** The protocol's name, as `--protocol` has it. */
  readonly name: string;
  /** What the server says the model is: its name and version. */
  readonly model?: string;
  /** The shape of a row and the type of its numbers, where the server declares them. */
  readonly inputShape?: readonly number[];
  readonly inputType?: "float32" | "float64";
  /** Whether it answers with scores or with names of classes, where that is declared. */
  readonly form?: "scores" | "labels";
  /** Names of the classes in the order of the scores, where they are known. */
  readonly classNames?: readonly string[];
  /** Whether scores are probabilities, where that is known. */
  readonly probabilities?: boolean;
  /** The most rows that a request may hold, where the protocol limits it. */
  readonly mostRows?: number;
  readonly url: URL;
  /** What may help where it refuses a request. */
  readonly remedy?: string;
  /** The document that asks about rows. */
  body(rows: Tensor): unknown;
  /** @throws InputError where the document does not hold an answer for each row */
  answers(document: unknown, rows: number): Answer[];
}

/** What is needed to get to know a model. */
export interface Introduction {
  readonly url: URL;
  readonly transport: Transport;
  /** What the target is called in messages. */
  readonly name: string;
  /** The output to ask for, where the model has several. */
  readonly output?: string | undefined;
}

/** An address whose path has another end; its query stays. */
export function withPath(url: URL, path: string): URL {
  const other = new URL(url);
  other.pathname = path;
  return other;
}

/** Rows as JSON has them: lists of lists, as deep as a row has axes. */
export function nested({ shape, data }: Tensor): unknown[] {
  const cut = (from: number, axis: number): unknown => {
    const size = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
    if (axis === shape.length - 1) return Array.from((data as Float64Array).subarray(from, from + shape[axis]));
    return Array.from({ length: shape[axis] }, (_, i) => cut(from + i * size, axis + 1));
  };
  return cut(0, 0) as unknown[];
}

/** What the shape of an input says of the rows in a request. */
interface RowAxis extends Pick<Protocol, "inputShape" | "mostRows"> {
  /** Whether the first axis is that of rows; else the model takes one row, and its shape is that of the input. */
  readonly hasRows: boolean;
}

/**
 * A first axis of any length counts rows, one of length 1 is a single row; another length belongs to the row itself.
 */
export function rowAxisOf(shape: readonly number[]): RowAxis {
  const [first, ...rest] = shape;
  const hasRows = shape.length === 0 || !(first > 0) || (first === 1 && rest.length > 0);
  const row = hasRows ? rest : shape;
  return {
    hasRows,
    ...(first > 0 && { mostRows: 1 }),
    ...(row.length > 0 && row.every((length) => length > 0) && { inputShape: row }),
  };
}

/** The named one of several outputs, else the only one, else the one whose name says that it holds scores. */
export function chooseOutput(names: readonly string[], wanted: string | undefined, name: string): string {
  const chosen =
    wanted === undefined
      ? names.length === 1
        ? names[0]
        : names.find((each) => /score|logit|prob/i.test(each))
      : names.find((each) => each === wanted);
  if (chosen !== undefined) return chosen;
  throw new InputError(wanted === undefined ? "missing" : "unknown", `output of target ${name}`, {
    expected: `one of ${names.join(", ") || "none"}`,
    got: wanted === undefined ? "no choice" : `"${wanted}"`,
    remedy: "name the one that holds the scores with --output",
  });
}
