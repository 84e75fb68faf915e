// Rows of numbers that are read some at a time, wherever they are: in memory, or in a file that need not fit into it.

import { assert } from "./errors.ts";
import { type ElementType, type FloatType, rowSize, sizeOf, sliceRows, type Tensor, zeros } from "./tensor.ts";

/** N rows, [N, ...], of which a reader holds as many as it asks for. Treated as immutable once written. */
export interface Rows<T extends ElementType = FloatType> {
  readonly type: T;
  readonly shape: readonly number[];
  /** Rows `from` to `to` (exclusive). They may share memory with others, so nobody writes to them. */
  read(from: number, to: number): Promise<Tensor<T>>;
}

/** Rows in memory, or anywhere. */
export type AnyRows<T extends ElementType = FloatType> = Tensor<T> | Rows<T>;

/** Room for rows that come some at a time. */
export interface RowsRoom<T extends ElementType = FloatType> extends Rows<T> {
  /** Puts rows where row `from` and those after it are. */
  write(from: number, rows: Tensor<T>): Promise<void>;
  /** Gives the room back; nothing can be read after that. */
  close(): Promise<void>;
}

/**
 * The rows of a tensor, or of what are rows already.
 *
 * @example
 * ```ts
 * import { rowsOf, tensor, toNumbers } from "@carom/core";
 *
 * const rows = rowsOf(tensor("float32", [3, 2], [1, 2, 3, 4, 5, 6]));
 * console.log(toNumbers(await rows.read(1, 2))); // [ 3, 4 ]
 * ```
 */
export function rowsOf<T extends ElementType>(x: AnyRows<T>): Rows<T> {
  return "data" in x ? { type: x.type, shape: x.shape, read: async (from, to) => sliceRows(x, from, to) } : x;
}

/**
 * Room in memory.
 *
 * @example
 * ```ts
 * import { roomInMemory, tensor, toNumbers } from "@carom/core";
 *
 * const room = roomInMemory("float32", [2, 2]);
 * await room.write(1, tensor("float32", [1, 2], [3, 4]));
 * console.log(toNumbers(await room.read(0, 2))); // [ 0, 0, 3, 4 ]
 * ```
 */
export function roomInMemory<T extends ElementType>(type: T, shape: readonly number[]): RowsRoom<T> {
  const x = zeros(type, shape);
  const width = rowSize(x);
  return {
    ...rowsOf(x),
    async write(from, rows) {
      (x.data as Float64Array).set(rows.data as Float64Array, from * width);
    },
    async close() {},
  };
}

/** The same rows, each block through a function that keeps their number. */
export function mapRows<T extends FloatType>(rows: Rows<T>, map: (block: Tensor<T>) => Tensor<T>): Rows<T> {
  return { type: rows.type, shape: rows.shape, read: async (from, to) => map(await rows.read(from, to)) };
}

/**
 * All rows, in memory.
 *
 * @example
 * ```ts
 * import { allRows, rowsOf, tensor, toNumbers } from "@carom/core";
 *
 * const x = tensor("float32", [2, 1], [7, 8]);
 * console.log(toNumbers(await allRows(rowsOf(x)))); // [ 7, 8 ]
 * ```
 */
export async function allRows<T extends ElementType>(rows: AnyRows<T>): Promise<Tensor<T>> {
  return "data" in rows ? rows : rows.read(0, rows.shape[0]);
}

/** A tensor that is in memory. */
export function inMemory<T extends ElementType>(x: AnyRows<T>): Tensor<T> {
  assert("data" in x, "a tensor in memory");
  return x;
}

/**
 * Numbers in a block: few enough that several blocks fit into any memory, many enough for the reading not to matter.
 */
const NUMBERS = 2 ** 20;

/** A block of consecutive rows. */
interface BlockOfRows {
  readonly from: number;
  readonly to: number;
}

/**
 * The rows of a shape [N, ...], some at a time: in multiples of what goes through a model in one call, so that calls,
 * and with them the last bits, are those of all rows at once.
 */
export function* blocksOf([n, ...row]: readonly number[], call = 1): Generator<BlockOfRows> {
  const fitting = Math.floor(NUMBERS / Math.max(1, sizeOf(row)));
  const rows = Math.max(call, fitting - (fitting % call));
  for (let from = 0; from < n; from += rows) yield { from, to: Math.min(n, from + rows) };
}
