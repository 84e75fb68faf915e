// A tensor is a typed array with a shape, row-major. ONNX Runtime computes; this file only holds and cuts.

import { assert } from "./errors.ts";

/** The arrays behind each element type. `bool` and `uint8` share one, hence the tag on the tensor. */
export interface ElementArrays {
  float32: Float32Array;
  float64: Float64Array;
  int8: Int8Array;
  uint8: Uint8Array;
  int16: Int16Array;
  uint16: Uint16Array;
  int32: Int32Array;
  uint32: Uint32Array;
  int64: BigInt64Array;
  uint64: BigUint64Array;
  bool: Uint8Array;
}

/** The types of numbers that a tensor can hold, as ONNX names them. */
export type ElementType = keyof ElementArrays;
/** The types of real numbers that are computed with. */
export type FloatType = "float32" | "float64";

/** A dense array of numbers with its element type and shape, row-major. Treated as immutable once built. */
export interface Tensor<T extends ElementType = ElementType> {
  readonly type: T;
  readonly shape: readonly number[];
  readonly data: ElementArrays[T];
}

const constructors = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

/**
 * Bytes of one element.
 *
 * @example
 * ```ts
 * import { elementBytes } from "@carom/core";
 *
 * console.log(elementBytes("float32"), elementBytes("int64")); // 4 8
 * ```
 */
export function elementBytes(type: ElementType): number {
  return constructors[type].BYTES_PER_ELEMENT;
}

/** A zeroed typed array of the element type. */
export function allocate<T extends ElementType>(type: T, length: number): ElementArrays[T] {
  return new constructors[type](length) as ElementArrays[T];
}

/**
 * A typed array over existing bytes, which must be aligned to the element size.
 *
 * @example
 * ```ts
 * import { viewOf } from "@carom/core";
 *
 * const bytes = new Uint8Array(Float32Array.of(1, 2).buffer);
 * console.log([...viewOf("float32", bytes)]); // [ 1, 2 ]
 * ```
 */
export function viewOf<T extends ElementType>(type: T, bytes: Uint8Array): ElementArrays[T] {
  const length = bytes.byteLength / elementBytes(type);
  return new constructors[type](bytes.buffer as ArrayBuffer, bytes.byteOffset, length) as ElementArrays[T];
}

/**
 * The number of elements of a shape; 1 for a scalar.
 *
 * @example
 * ```ts
 * import { sizeOf } from "@carom/core";
 *
 * console.log(sizeOf([2, 3]), sizeOf([])); // 6 1
 * ```
 */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const dimension of shape) size *= dimension;
  return size;
}

/**
 * A tensor from data of the right length (a plain array of numbers is converted).
 *
 * @example
 * ```ts
 * import { tensor } from "@carom/core";
 *
 * const x = tensor("float32", [2, 3], [1, 2, 3, 4, 5, 6]);
 * console.log(x.data.length, x.shape); // 6 [ 2, 3 ]
 * ```
 */
export function tensor<T extends ElementType>(
  type: T,
  shape: readonly number[],
  data: ElementArrays[T] | readonly number[],
): Tensor<T> {
  const array = Array.isArray(data) ? fromNumbers(type, data) : (data as ElementArrays[T]);
  assert(
    array.length === sizeOf(shape),
    `tensor of shape [${shape}] needs ${sizeOf(shape)} elements, got ${array.length}`,
  );
  return { type, shape, data: array };
}

/**
 * A tensor of zeros.
 *
 * @example
 * ```ts
 * import { toNumbers, zeros } from "@carom/core";
 *
 * console.log(toNumbers(zeros("int64", [3]))); // [ 0, 0, 0 ]
 * ```
 */
export function zeros<T extends ElementType>(type: T, shape: readonly number[]): Tensor<T> {
  return { type, shape, data: allocate(type, sizeOf(shape)) };
}

function fromNumbers<T extends ElementType>(type: T, values: readonly number[]): ElementArrays[T] {
  const array = allocate(type, values.length);
  if (type === "int64" || type === "uint64") {
    for (let i = 0; i < values.length; i++) (array as BigInt64Array)[i] = BigInt(values[i]);
  } else {
    (array as Float64Array).set(values);
  }
  return array;
}

/**
 * The elements as JavaScript numbers.
 *
 * @example
 * ```ts
 * import { tensor, toNumbers } from "@carom/core";
 *
 * console.log(toNumbers(tensor("int64", [2], [7, 8]))); // [ 7, 8 ]
 * ```
 */
export function toNumbers(x: Tensor): number[] {
  return Array.from(x.data as ArrayLike<number | bigint>, Number);
}

/**
 * The same numbers in another floating-point type; the tensor itself where it has that type already.
 *
 * @example
 * ```ts
 * import { tensor, toFloat } from "@carom/core";
 *
 * console.log(toFloat(tensor("float32", [1], [0.1]), "float64").data[0]); // 0.10000000149011612
 * ```
 */
export function toFloat<T extends FloatType>(x: Tensor, type: T): Tensor<T> {
  if (x.type === type) return x as Tensor<T>;
  const data = allocate(type, x.data.length);
  if (x.data instanceof BigInt64Array || x.data instanceof BigUint64Array) {
    for (let i = 0; i < data.length; i++) data[i] = Number(x.data[i]);
  } else {
    data.set(x.data);
  }
  return { type, shape: x.shape, data };
}

/** The number of elements in one row (one index of the first axis). */
export function rowSize(x: Tensor): number {
  return sizeOf(x.shape.slice(1));
}

/**
 * Rows `from` to `to` (exclusive) of the first axis, sharing memory with `x`.
 *
 * @example
 * ```ts
 * import { sliceRows, tensor, toNumbers } from "@carom/core";
 *
 * const x = tensor("float32", [3, 2], [1, 2, 3, 4, 5, 6]);
 * console.log(toNumbers(sliceRows(x, 1, 3))); // [ 3, 4, 5, 6 ]
 * ```
 */
export function sliceRows<T extends ElementType>(x: Tensor<T>, from: number, to: number): Tensor<T> {
  const width = rowSize(x);
  const data = x.data.subarray(from * width, to * width) as ElementArrays[T];
  return { type: x.type, shape: [to - from, ...x.shape.slice(1)], data };
}

/**
 * The chosen rows of the first axis, copied in the order given.
 *
 * @example
 * ```ts
 * import { gatherRows, tensor, toNumbers } from "@carom/core";
 *
 * const x = tensor("float32", [3, 2], [1, 2, 3, 4, 5, 6]);
 * console.log(toNumbers(gatherRows(x, [2, 0]))); // [ 5, 6, 1, 2 ]
 * ```
 */
export function gatherRows<T extends ElementType>(x: Tensor<T>, rows: ArrayLike<number>): Tensor<T> {
  const width = rowSize(x);
  const data = allocate(x.type, rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    (data as Float64Array).set(x.data.subarray(rows[i] * width, (rows[i] + 1) * width) as Float64Array, i * width);
  }
  return { type: x.type, shape: [rows.length, ...x.shape.slice(1)], data };
}

/**
 * The same data under another shape of the same size.
 *
 * @example
 * ```ts
 * import { reshape, tensor } from "@carom/core";
 *
 * const images = reshape(tensor("float32", [2, 4], [0, 0, 0, 1, 1, 0, 0, 0]), [2, 1, 2, 2]);
 * console.log(images.shape); // [ 2, 1, 2, 2 ]
 * ```
 */
export function reshape<T extends ElementType>(x: Tensor<T>, shape: readonly number[]): Tensor<T> {
  assert(sizeOf(shape) === sizeOf(x.shape), `cannot reshape [${x.shape}] to [${shape}]`);
  return { type: x.type, shape, data: x.data };
}
