// Small tensors that are computed from shapes, known element by element before the graph runs: sizes, targets of
// Reshape. What an operator makes of such elements is its own rule; rules are put together from what stands here.

import { type ElementType, sizeOf } from "../tensor.ts";
import { type Dim, isStatic, multiplyDims } from "./dim.ts";
import type { Node } from "./graph.ts";
import { MAX_CONTENT } from "./limits.ts";
import { contentOf, type ValueType } from "./valueType.ts";

/** An element: a number, a dimension, or undefined where nothing is known of it. */
export type Entry = Dim | undefined;

/** A tensor whose elements are followed. */
export interface Small {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: readonly Entry[];
}

/** The rule of an operator: the elements of its first output, undefined for those of which nothing is known. */
export type Propagation = (
  node: Node,
  inputs: readonly Small[],
  shape: readonly number[],
) => readonly Entry[] | undefined;

/**
 * The elements of a node's first output by the rule of its operator, where those of all its inputs are known.
 *
 * Elements of which nothing is known are symbols of their own. Undefined where the tensor is no small one, or nothing
 * at all is known of a longer one.
 */
export function propagateData(
  propagate: Propagation | undefined,
  node: Node,
  inputs: readonly (ValueType | undefined)[],
  shape: readonly Dim[],
  unknownDim: () => Dim,
): readonly Dim[] | undefined {
  if (!propagate || !isStatic(shape)) return undefined;
  const size = sizeOf(shape);
  if (size > MAX_CONTENT) return undefined;
  const known = inputs.map(smallOf);
  if (known.some((value) => value === undefined)) return undefined;
  const entries = propagate(node, known as Small[], shape);
  if (!entries || entries.length !== size) return undefined;
  const isKnown = entries.some((entry) => entry !== undefined);
  if (!isKnown && size > MAX_UNKNOWN) return undefined;
  return entries.map((entry) => (typeof entry === "string" || Number.isFinite(entry) ? entry! : unknownDim()));
}

/** A longer list of which nothing is known is not followed. */
const MAX_UNKNOWN = 16;

/** The elements of an input; those of short lists of integers may be unknown, all of them even. */
function smallOf(value: ValueType | undefined): Small | undefined {
  if (!value || !isStatic(value.shape)) return undefined;
  const { type, shape } = value;
  const data = contentOf(value);
  if (data) return { type, shape, data };
  if (isReal(type) || sizeOf(shape) > MAX_UNKNOWN) return undefined;
  return { type, shape, data: new Array<undefined>(sizeOf(shape)).fill(undefined) };
}

/** Calls f with the index of every element of a shape, in order. */
export function eachIndex(shape: readonly number[], f: (index: readonly number[]) => Entry): Entry[] {
  const index = new Array<number>(shape.length).fill(0);
  return Array.from({ length: sizeOf(shape) }, () => {
    const entry = f(index);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
    return entry;
  });
}

/** The element at an index, under broadcasting. */
export function elementAt({ shape, data }: Small, index: readonly number[]): Entry {
  const offset = index.length - shape.length;
  return data[shape.reduce((place, size, axis) => place * size + (size === 1 ? 0 : index[axis + offset]), 0)];
}

/** A function of the elements at one place. */
export const elementwise =
  (f: (...entries: Entry[]) => Entry): Propagation =>
  (_, inputs, shape) =>
    eachIndex(shape, (index) => f(...inputs.map((input) => elementAt(input, index))));

/** A function of numbers; of anything else nothing is known. */
export const ofNumbers = (f: (...x: number[]) => number): Propagation =>
  elementwise((...entries) => (entries.every((each) => typeof each === "number") ? f(...entries) : undefined));

/** Where the elements come from, by the index they go to. */
export const moved =
  (source: (node: Node, inputs: readonly Small[]) => ((index: readonly number[]) => Entry) | undefined): Propagation =>
  (node, inputs, shape) => {
    const from = source(node, inputs);
    return from && eachIndex(shape, from);
  };

/** The elements in their order, under another shape. */
export const sameElements: Propagation = (_, [x]) => x.data;

/** An axis that may count from the end. */
export const axisOf = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis);
/** A statement about numbers: 1 where it holds, else 0. */
export const truth = (f: (...x: number[]) => boolean) => ofNumbers((...x) => Number(f(...x)));
/** The elements, where all are numbers. */
export const numbers = ({ data }: Small): readonly number[] | undefined =>
  isStatic(data as Dim[]) ? (data as number[]) : undefined;
/** The product of two elements; of sizes, where it is one itself. */
export const entryProduct = (a: Entry, b: Entry): Entry => {
  if (a === 0 || b === 0) return 0;
  if (a === undefined || b === undefined) return undefined;
  if (typeof a === "number" && typeof b === "number") return a * b;
  const factor = [a, b].find((each) => typeof each === "number") ?? 1;
  return Number.isSafeInteger(factor) && Number(factor) > 0 ? multiplyDims(a, b) : undefined;
};

/** Whether elements are real numbers. */
export const isReal = (type: ElementType) => type.startsWith("float");

/** A size is whole already; what nothing is known of is not the same after rounding. */
export const rounded =
  (f: (x: number) => number) =>
  (entry: Entry): Entry =>
    typeof entry === "number" ? f(entry) : entry?.includes("?") ? undefined : entry;

/** A reduction of everything to one element. */
export const toOneElement =
  (f: (a: Entry, b: Entry) => Entry): Propagation =>
  (_, [x], shape) =>
    shape.every((size) => size === 1) && x.data.length > 0 ? [x.data.reduce(f)] : undefined;

/** One of two numbers, as f says; of what is the same, that. */
export const either = (f: (a: number, b: number) => number) => (a: Entry, b: Entry) =>
  typeof a === "number" && typeof b === "number" ? f(a, b) : a === b ? a : undefined;
