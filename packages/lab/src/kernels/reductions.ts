// Operators that sum over axes.

import { sizeOf, type Tensor } from "@carom/core";
import type { Node } from "@carom/core/onnx";
import { int, intsOf, type Kernel } from "./kernel.ts";
import { axisOf, made, mapped, type Numbers, numbersOf, read, spread } from "./values.ts";

interface Fold {
  readonly start: number;
  add(sum: number, x: number): number;
  /** What becomes of the sum of so many numbers. */
  readonly end?: (sum: number, count: number) => number;
}

/** Folds over axes, all of them where none are named. Sums are of float64. */
function reduction(fold: Fold): Kernel {
  return ([x, axes], node) => reduced(x, axesOf(node, axes, x.shape.length), int(node, "keepdims", 1) === 1, fold);
}

function axesOf(node: Node, input: Tensor | undefined, rank: number): ReadonlySet<number> {
  const given = intsOf(node, "axes", input);
  if (given && given.length > 0) return new Set(given.map((axis) => axisOf(axis, rank)));
  return new Set(int(node, "noop_with_empty_axes", 0) === 1 ? [] : Array.from({ length: rank }, (_, i) => i));
}

function reduced({ type, shape, ...x }: Tensor, axes: ReadonlySet<number>, keep: boolean, fold: Fold): Tensor {
  const values = read({ type, shape, ...x });
  const kept = shape.map((length, axis) => (axes.has(axis) ? 1 : length));
  const sums = new Float64Array(sizeOf(kept)).fill(fold.start);
  const steps = new Array<number>(shape.length).fill(0);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (!axes.has(axis)) steps[axis] = step;
    step *= kept[axis];
  }
  const at = new Int32Array(shape.length);
  let place = 0;
  for (let i = 0; i < values.length; i++) {
    sums[place] = fold.add(sums[place], values[i]);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += steps[axis];
      if (++at[axis] < shape[axis]) break;
      place -= steps[axis] * shape[axis];
      at[axis] = 0;
    }
  }
  const count = values.length / sums.length;
  const out: Numbers = numbersOf(type, sums.length);
  for (let i = 0; i < out.length; i++) out[i] = fold.end ? fold.end(sums[i], count) : sums[i];
  return made(type, keep ? kept : shape.filter((_, axis) => !axes.has(axis)), out);
}

const add = (sum: number, x: number) => sum + x;

/** Folds over all axes but those of rows and channels. */
function overPlaces(fold: Fold): Kernel {
  return ([x]) => reduced(x, new Set([...x.shape.keys()].slice(2)), true, fold);
}

/** The logarithm of the sum of exponentials, of which the largest is taken out first. */
const logSumExp: Kernel = ([x, axes], node) => {
  const over = axesOf(node, axes, x.shape.length);
  const most = reduced(x, over, true, { start: Number.NEGATIVE_INFINITY, add: Math.max });
  const largest = spread(read(most), most.shape, x.shape);
  let i = 0;
  const below = mapped(x, (value) => value - largest[i++]);
  const sums = reduced(below, over, true, { start: 0, add: (sum, value) => sum + Math.exp(value), end: Math.log });
  const tops = read(most);
  i = 0;
  const result = mapped(sums, (value) => value + tops[i++]);
  if (int(node, "keepdims", 1) === 1) return result;
  return { ...result, shape: x.shape.filter((_, axis) => !over.has(axis)) };
};

/** Softmax, or its logarithm, along an axis. */
function softmax(isLogarithm: boolean): Kernel {
  return ([x], node) => {
    const axis = axisOf(int(node, "axis", -1), x.shape.length);
    const length = x.shape[axis];
    const inner = sizeOf(x.shape.slice(axis + 1));
    const values = read(x);
    const out = numbersOf(x.type, values.length);
    for (let first = 0; first < values.length; first++) {
      // The first element of each line along the axis.
      if (Math.floor(first / inner) % length !== 0) continue;
      let largest = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < length; k++) largest = Math.max(largest, values[first + k * inner]);
      let sum = 0;
      for (let k = 0; k < length; k++) sum += Math.exp(values[first + k * inner] - largest);
      for (let k = 0; k < length; k++) {
        const exponent = values[first + k * inner] - largest;
        out[first + k * inner] = isLogarithm ? exponent - Math.log(sum) : Math.exp(exponent) / sum;
      }
    }
    return made(x.type, x.shape, out);
  };
}

export const reductions: Readonly<Record<string, Kernel>> = {
  ReduceSum: reduction({ start: 0, add }),
  ReduceMean: reduction({ start: 0, add, end: (sum, count) => sum / count }),
  ReduceSumSquare: reduction({ start: 0, add: (sum, x) => sum + x * x }),
  ReduceL2: reduction({ start: 0, add: (sum, x) => sum + x * x, end: Math.sqrt }),
  ReduceL1: reduction({ start: 0, add: (sum, x) => sum + Math.abs(x) }),
  ReduceLogSum: reduction({ start: 0, add, end: Math.log }),
  ReduceProd: reduction({ start: 1, add: (product, x) => product * x }),
  ReduceMax: reduction({ start: Number.NEGATIVE_INFINITY, add: Math.max }),
  ReduceMin: reduction({ start: Number.POSITIVE_INFINITY, add: Math.min }),
  ReduceLogSumExp: logSumExp,
  GlobalAveragePool: overPlaces({ start: 0, add, end: (sum, count) => sum / count }),
  GlobalMaxPool: overPlaces({ start: Number.NEGATIVE_INFINITY, add: Math.max }),
  Softmax: softmax(false),
  LogSoftmax: softmax(true),
};
