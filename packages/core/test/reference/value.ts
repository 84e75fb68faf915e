// Tensors of the reference evaluator: plain arrays of numbers, addressed by index. Slow and obvious on purpose.

import type { Node } from "../../src/onnx/graph.ts";
import type { ElementType, Tensor } from "../../src/tensor.ts";
import { sizeOf, toNumbers } from "../../src/tensor.ts";

/** A tensor, row-major; truth values are 0 and 1. The numbers are float64 whatever the type says. */
export interface Value {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export type Index = readonly number[];

/** Computes the outputs of one node; an omitted optional input is undefined. */
export type Evaluate = (node: Node, inputs: readonly Value[]) => readonly Value[];

/** The value of shape `shape` whose element at each index is `f(index)`. */
export function generate(type: ElementType, shape: readonly number[], f: (index: Index) => number): Value {
  const index = new Array<number>(shape.length).fill(0);
  const data = new Array<number>(sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    data[i] = f(index);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
  return { type, shape, data };
}

/** Calls `f` for every index of a shape, in row-major order. */
export function forEachIndex(shape: readonly number[], f: (index: Index) => void): void {
  generate("float64", shape, (index) => {
    f(index);
    return 0;
  });
}

/** The position of an index in row-major order. */
export function position(shape: readonly number[], index: Index): number {
  let at = 0;
  for (let axis = 0; axis < shape.length; axis++) at = at * shape[axis] + index[axis];
  return at;
}

/** The element at an index. */
export function at(x: Value, index: Index): number {
  return x.data[position(x.shape, index)];
}

/** The element that broadcasting puts at an index of a shape with at least as many axes. */
export function broadcastAt(x: Value, index: Index): number {
  const offset = index.length - x.shape.length;
  let place = 0;
  for (let axis = 0; axis < x.shape.length; axis++) {
    place = place * x.shape[axis] + (x.shape[axis] === 1 ? 0 : index[axis + offset]);
  }
  return x.data[place];
}

/** The shape to which all shapes broadcast. */
export function broadcastShape(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1).filter((size) => size !== 1);
    if (new Set(sizes).size > 1) throw new Error(`shapes ${shapes.map((s) => `[${s}]`)} do not broadcast`);
    return sizes[0] ?? 1;
  });
}

/** An index with one entry replaced. */
export function withAxis(index: Index, axis: number, entry: number): number[] {
  const changed = [...index];
  changed[axis] = entry;
  return changed;
}

/** An axis that may count from the end. */
export function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** A tensor of the project as a value. */
export function toValue(x: Tensor): Value {
  return { type: x.type, shape: x.shape, data: toNumbers(x) };
}

/** A one-dimensional int64 value. */
export function ints(data: readonly number[]): Value {
  return { type: "int64", shape: [data.length], data };
}
