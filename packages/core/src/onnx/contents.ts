// Small tensors that are computed from shapes, followed element by element: what makes targets of Reshape known.

import { type ElementType, sizeOf, toNumbers } from "../tensor.ts";
import { type Dim, divideDims, isStatic, multiplyDims } from "./dim.ts";
import { elementTypeOf } from "./elementType.ts";
import { intAttribute, intsAttribute, type Node } from "./graph.ts";
import { MAX_CONTENT } from "./limits.ts";
import { contentOf, type ValueType } from "./valueType.ts";

/** An element: a number, a dimension, or undefined where nothing is known of it. */
type Entry = Dim | undefined;

/** A tensor whose elements are followed. */
interface Small {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: readonly Entry[];
}

type Follow = (node: Node, inputs: readonly Small[], shape: readonly number[]) => readonly Entry[] | undefined;

/**
 * The elements of a node's first output, where the operator is followed and those of all its inputs are.
 *
 * Elements of which nothing is known are symbols of their own. Undefined where the tensor is no small one, or nothing at
 * all is known of a longer one.
 */
export function followContent(
  node: Node,
  inputs: readonly (ValueType | undefined)[],
  shape: readonly Dim[],
  unknownDim: () => Dim,
): readonly Dim[] | undefined {
  if (node.domain !== "" || !Object.hasOwn(followed, node.op) || !isStatic(shape)) return undefined;
  const size = sizeOf(shape);
  if (size > MAX_CONTENT) return undefined;
  const known = inputs.map(smallOf);
  if (known.some((value) => value === undefined)) return undefined;
  const entries = followed[node.op](node, known as Small[], shape);
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
function eachIndex(shape: readonly number[], f: (index: readonly number[]) => Entry): Entry[] {
  const index = new Array<number>(shape.length).fill(0);
  return Array.from({ length: sizeOf(shape) }, () => {
    const entry = f(index);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
    return entry;
  });
}

/** The element at an index, under broadcasting. */
function at({ shape, data }: Small, index: readonly number[]): Entry {
  const offset = index.length - shape.length;
  return data[shape.reduce((place, size, axis) => place * size + (size === 1 ? 0 : index[axis + offset]), 0)];
}

const elementwise =
  (f: (...entries: Entry[]) => Entry): Follow =>
  (_, inputs, shape) =>
    eachIndex(shape, (index) => f(...inputs.map((input) => at(input, index))));

/** A function of numbers; of anything else nothing is known. */
const ofNumbers = (f: (...x: number[]) => number): Follow =>
  elementwise((...entries) => (entries.every((each) => typeof each === "number") ? f(...entries) : undefined));

/** Where the elements come from, by the index they go to. */
const moved =
  (source: (node: Node, inputs: readonly Small[]) => ((index: readonly number[]) => Entry) | undefined): Follow =>
  (node, inputs, shape) => {
    const from = source(node, inputs);
    return from && eachIndex(shape, from);
  };

const same: Follow = (_, [x]) => x.data;

/** A size is never negative, so the question whether it is -1 has an answer. */
function equal(a: Entry, b: Entry): Entry {
  if (a === undefined || b === undefined) return undefined;
  if (a === b) return 1;
  if (typeof a === "number" && typeof b === "number") return 0;
  const [symbol, number] = typeof a === "string" ? [a, b] : [b, a];
  return typeof number === "number" && number < 0 && !String(symbol).includes("?") ? 0 : undefined;
}

const axisOf = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis);
const truth = (f: (...x: number[]) => boolean) => ofNumbers((...x) => Number(f(...x)));
const numbers = ({ data }: Small): readonly number[] | undefined =>
  isStatic(data as Dim[]) ? (data as number[]) : undefined;
const multiply = (a: Entry, b: Entry): Entry => {
  if (a === 0 || b === 0) return 0;
  if (a === undefined || b === undefined) return undefined;
  if (typeof a === "number" && typeof b === "number") return a * b;
  const factor = [a, b].find((each) => typeof each === "number") ?? 1;
  return Number.isSafeInteger(factor) && Number(factor) > 0 ? multiplyDims(a, b) : undefined;
};

const isReal = (type: ElementType) => type.startsWith("float");

const quotient = (a: Entry, b: Entry, real: boolean): Entry => {
  if (typeof a === "number" && typeof b === "number") return real ? a / b : b === 0 ? undefined : Math.trunc(a / b);
  return a === undefined || b === undefined || b === 0 ? undefined : divideDims(a, b);
};

/** A size is whole already; what nothing is known of is not the same after rounding. */
const rounded =
  (f: (x: number) => number) =>
  (entry: Entry): Entry =>
    typeof entry === "number" ? f(entry) : entry?.includes("?") ? undefined : entry;

const Cast: Follow = (node, [x]) => {
  const type = elementTypeOf(intAttribute(node, "to", 0));
  if (type === "bool") return x.data.map((each) => (typeof each === "number" ? Number(each !== 0) : undefined));
  return type && !isReal(type) ? x.data.map(rounded(Math.trunc)) : x.data;
};

const Concat = moved((node, inputs) => {
  const axis = axisOf(intAttribute(node, "axis", 0), inputs[0].shape.length);
  return (index) => {
    let rest = index[axis];
    let which = 0;
    while (rest >= inputs[which].shape[axis]) rest -= inputs[which++].shape[axis];
    return at(inputs[which], index.with(axis, rest));
  };
});

const Gather = moved((node, [x, which]) => {
  const axis = axisOf(intAttribute(node, "axis", 0), x.shape.length);
  const rank = which.shape.length;
  return (index) => {
    const place = at(which, index.slice(axis, axis + rank));
    if (typeof place !== "number") return undefined;
    return at(x, [...index.slice(0, axis), axisOf(place, x.shape[axis]), ...index.slice(axis + rank)]);
  };
});

const Slice = moved((_, [x, ...lists]) => {
  const [starts, , axes, steps] = lists.map(numbers);
  if (!starts) return undefined;
  const first = x.shape.map(() => 0);
  const step = x.shape.map(() => 1);
  starts.forEach((start, i) => {
    const axis = axisOf(axes ? axes[i] : i, x.shape.length);
    step[axis] = steps ? steps[i] : 1;
    const last = x.shape[axis] - (step[axis] < 0 ? 1 : 0);
    first[axis] = Math.min(last, Math.max(0, axisOf(start, x.shape[axis])));
  });
  return (index) =>
    at(
      x,
      index.map((entry, axis) => first[axis] + entry * step[axis]),
    );
});

const Transpose = moved((node, [x]) => {
  const perm = intsAttribute(node, "perm", x.shape.map((_, axis) => axis).reverse());
  return (index) => {
    const from: number[] = [];
    perm.forEach((axis, i) => {
      from[axis] = index[i];
    });
    return at(x, from);
  };
});

const ConstantOfShape: Follow = (node, _, shape) => {
  const { value } = node.attributes;
  const [element] = value && "tensor" in value ? toNumbers(value.tensor) : [0];
  return eachIndex(shape, () => element);
};

const Range: Follow = (_, [start, , delta], [count]) => {
  const [[from], [step]] = [start.data, delta.data];
  if (typeof from !== "number" || typeof step !== "number") return undefined;
  return Array.from({ length: count }, (_, i) => from + i * step);
};

const NonZero: Follow = (_, [x], [rank]) => {
  const places: (readonly number[])[] = [];
  if (!numbers(x)) return undefined;
  eachIndex(x.shape, (index) => {
    if (at(x, index) !== 0) places.push([...index]);
    return undefined;
  });
  return Array.from({ length: rank }, (_, axis) => places.map((place) => place[axis])).flat();
};

/** A reduction of everything to one element. */
const reduction =
  (f: (a: Entry, b: Entry) => Entry): Follow =>
  (_, [x], shape) =>
    shape.every((size) => size === 1) && x.data.length > 0 ? [x.data.reduce(f)] : undefined;

const either = (f: (a: number, b: number) => number) => (a: Entry, b: Entry) =>
  typeof a === "number" && typeof b === "number" ? f(a, b) : a === b ? a : undefined;

const followed: Readonly<Record<string, Follow>> = {
  Abs: elementwise((x) => (typeof x === "number" ? Math.abs(x) : x)),
  Add: elementwise((a, b) =>
    a === 0 ? b : b === 0 ? a : typeof a === "number" && typeof b === "number" ? a + b : undefined,
  ),
  And: truth((a, b) => a !== 0 && b !== 0),
  Cast,
  Ceil: elementwise(rounded(Math.ceil)),
  Concat,
  ConstantOfShape,
  Div: (_, [a, b], shape) => eachIndex(shape, (index) => quotient(at(a, index), at(b, index), isReal(a.type))),
  Equal: elementwise(equal),
  Expand: moved(
    (_, [x]) =>
      (index) =>
        at(x, index),
  ),
  Flatten: same,
  Floor: elementwise(rounded(Math.floor)),
  Gather,
  Greater: truth((a, b) => a > b),
  GreaterOrEqual: truth((a, b) => a >= b),
  Identity: same,
  Less: truth((a, b) => a < b),
  LessOrEqual: truth((a, b) => a <= b),
  Max: (_, inputs, shape) =>
    eachIndex(shape, (index) => inputs.map((each) => at(each, index)).reduce(either(Math.max))),
  Min: (_, inputs, shape) =>
    eachIndex(shape, (index) => inputs.map((each) => at(each, index)).reduce(either(Math.min))),
  // The sign is the divisor's for integers, the dividend's with fmod.
  Mod: (node, [a, b], shape) =>
    ofNumbers((x, y) => (intAttribute(node, "fmod", 0) ? x % y : x - y * Math.floor(x / y)))(node, [a, b], shape),
  Mul: elementwise(multiply),
  Neg: ofNumbers((x) => -x),
  NonZero,
  Not: ofNumbers((x) => 1 - x),
  Or: truth((a, b) => a !== 0 || b !== 0),
  Range,
  ReduceMax: reduction(either(Math.max)),
  ReduceMin: reduction(either(Math.min)),
  ReduceProd: reduction(multiply),
  ReduceSum: reduction((a, b) => (typeof a === "number" && typeof b === "number" ? a + b : undefined)),
  Reshape: same,
  Slice,
  Squeeze: same,
  Sub: elementwise((a, b) =>
    b === 0 ? a : typeof a === "number" && typeof b === "number" ? a - b : a === b && a !== undefined ? 0 : undefined,
  ),
  Tile: moved(
    (_, [x]) =>
      (index) =>
        at(
          x,
          index.map((entry, axis) => entry % x.shape[axis]),
        ),
  ),
  Transpose,
  Unsqueeze: same,
  Where: elementwise((condition, a, b) =>
    typeof condition === "number" ? (condition ? a : b) : a === b ? a : undefined,
  ),
  Xor: truth((a, b) => (a !== 0) !== (b !== 0)),
};
