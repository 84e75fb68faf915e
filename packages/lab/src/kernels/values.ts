// What kernels compute with: numbers of any element type, and shapes that broadcast.

import { type ElementType, sizeOf, type Tensor, tensor } from "@carom/core";

/** An array of numbers that a kernel reads or writes. */
export type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array | Int8Array;

/** The array that results of an element type are computed in; whole numbers of 64 bits as float64, exact up to 2^53. */
export function numbersOf(type: ElementType, length: number): Numbers {
  if (type === "float32") return new Float32Array(length);
  if (type === "bool" || type === "uint8") return new Uint8Array(length);
  if (type === "int8") return new Int8Array(length);
  if (type === "int32") return new Int32Array(length);
  if (type === "float64" || type === "int64") return new Float64Array(length);
  throw new Error(`no numbers of type ${type} are computed here`);
}

/** The elements as numbers, without a copy where they are such. */
export function read({ data }: Tensor): Numbers {
  if (!(data instanceof BigInt64Array) && !(data instanceof BigUint64Array)) return data as Numbers;
  return Float64Array.from(data as Iterable<bigint> & ArrayLike<bigint>, Number);
}

/** A tensor of computed numbers. */
export function made(type: ElementType, shape: readonly number[], numbers: Numbers): Tensor {
  if (type !== "int64") return tensor(type, shape, numbers as never);
  return tensor("int64", shape, BigInt64Array.from(numbers as ArrayLike<number> & Iterable<number>, BigInt));
}

/** A function of each element. */
export function mapped(x: Tensor, apply: (x: number) => number, type = x.type): Tensor {
  const values = read(x);
  const out = numbersOf(type, values.length);
  for (let i = 0; i < out.length; i++) out[i] = apply(values[i]);
  return made(type, x.shape, out);
}

/** The shape that two broadcast to, as NumPy and ONNX have it. */
export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [left, right] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1];
    if (left !== right && left !== 1 && right !== 1) throw new Error(`shapes [${a}] and [${b}] do not broadcast`);
    return left === 1 ? right : left;
  });
}

/** The numbers of a tensor repeated to a shape that its own broadcasts to; the same array where it has that shape. */
export function spread(numbers: Numbers, from: readonly number[], to: readonly number[]): Numbers {
  const size = sizeOf(to);
  if (numbers.length === size) return numbers;
  const result = new (numbers.constructor as new (length: number) => Numbers)(size);
  if (numbers.length === 1) return result.fill(numbers[0]);
  const strides = stridesTo(from, to);
  const at = new Int32Array(to.length);
  let source = 0;
  for (let i = 0; i < size; i++) {
    result[i] = numbers[source];
    for (let axis = to.length - 1; axis >= 0; axis--) {
      source += strides[axis];
      if (++at[axis] < to[axis]) break;
      source -= strides[axis] * to[axis];
      at[axis] = 0;
    }
  }
  return result;
}

/** By how many elements one moves along each axis of the larger shape; by none along axes that repeat. */
function stridesTo(from: readonly number[], to: readonly number[]): number[] {
  const strides = new Array<number>(to.length).fill(0);
  let stride = 1;
  for (let axis = to.length - 1, own = from.length - 1; own >= 0; axis--, own--) {
    strides[axis] = from[own] === 1 ? 0 : stride;
    stride *= from[own];
  }
  return strides;
}

/** An axis counted from the end where it is negative. */
export const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);
