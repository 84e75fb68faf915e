// Operators that say at which places elements lie, or read and write elements at places that are computed.

import { sizeOf, type Tensor } from "@carom/core";
import { int, type Kernel, word } from "./kernel.ts";
import { axisOf, made, type Numbers, numbersOf, read } from "./values.ts";

/** Lines of elements along an axis: where each begins, how many elements it has, and how far apart they lie. */
function linesAlong({ shape }: Tensor, axis: number) {
  const [length, step] = [shape[axis], sizeOf(shape.slice(axis + 1))];
  const starts: number[] = [];
  for (let outer = 0; outer < sizeOf(shape.slice(0, axis)); outer++) {
    for (let inner = 0; inner < step; inner++) starts.push(outer * length * step + inner);
  }
  return { starts, length, step };
}

const withAxis = (shape: readonly number[], axis: number, size: number) => shape.with(axis, size);

/** The place of an extremum along an axis. */
function place(isBetter: (a: number, b: number) => boolean): Kernel {
  return ([x], node) => {
    const axis = axisOf(int(node, "axis", 0), x.shape.length);
    const takesLast = int(node, "select_last_index", 0) === 1;
    const values = read(x);
    const { starts, length, step } = linesAlong(x, axis);
    const out = Float64Array.from(starts, (start) => {
      let best = 0;
      for (let i = 1; i < length; i++) {
        const [now, then] = [values[start + i * step], values[start + best * step]];
        if (isBetter(now, then) || (takesLast && now === then)) best = i;
      }
      return best;
    });
    const shape = withAxis(x.shape, axis, 1);
    return made("int64", int(node, "keepdims", 1) === 1 ? shape : shape.toSpliced(axis, 1), out);
  };
}

/** The largest (or smallest) elements along an axis in their order, of equal ones the first, and their places. */
const topK: Kernel = ([x, k], node) => {
  const axis = axisOf(int(node, "axis", -1), x.shape.length);
  const sign = int(node, "largest", 1) === 1 ? -1 : 1;
  const count = read(k)[0];
  const values = read(x);
  const { starts, length, step } = linesAlong(x, axis);
  const shape = withAxis(x.shape, axis, count);
  const [best, where] = [numbersOf(x.type, sizeOf(shape)), new Float64Array(sizeOf(shape))];
  const lines = linesAlong({ ...x, shape }, axis);
  for (const [line, start] of starts.entries()) {
    const order = Array.from({ length }, (_, i) => i);
    order.sort((i, j) => sign * (values[start + i * step] - values[start + j * step]));
    for (let i = 0; i < count; i++) {
      const at = lines.starts[line] + i * lines.step;
      best[at] = values[start + order[i] * step];
      where[at] = order[i];
    }
  }
  return [made(x.type, shape, best), made("int64", shape, where)];
};

/** Sums of all elements up to each along an axis. */
const cumSum: Kernel = ([x, which], node) => {
  const { starts, length, step } = linesAlong(x, axisOf(read(which)[0], x.shape.length));
  const [isExclusive, isReverse] = [int(node, "exclusive", 0) === 1, int(node, "reverse", 0) === 1];
  const values = read(x);
  const out = numbersOf(x.type, values.length);
  for (const start of starts) {
    let sum = 0;
    for (let i = 0; i < length; i++) {
      const at = start + (isReverse ? length - 1 - i : i) * step;
      out[at] = isExclusive ? sum : sum + values[at];
      sum += values[at];
    }
  }
  return made(x.type, x.shape, out);
};

const nonZero: Kernel = ([x]) => {
  const values = read(x);
  const found = Array.from(values.keys()).filter((i) => values[i] !== 0);
  const strides = x.shape.map((_, axis) => sizeOf(x.shape.slice(axis + 1)));
  const out = x.shape.flatMap((length, axis) => found.map((i) => Math.floor(i / strides[axis]) % length));
  return made("int64", [x.shape.length, found.length], Float64Array.from(out));
};

/** For each index of `indices`, where in `x` the element lies that has the index's entry along an axis. */
function placesAlong(x: Tensor, indices: Tensor, axis: number): Int32Array {
  const strides = x.shape.map((_, i) => sizeOf(x.shape.slice(i + 1)));
  const entries = read(indices);
  const at = new Int32Array(indices.shape.length);
  return Int32Array.from(entries, (entry) => {
    let where = axisOf(entry, x.shape[axis]) * strides[axis];
    for (let i = 0; i < at.length; i++) if (i !== axis) where += at[i] * strides[i];
    for (let i = at.length - 1; i >= 0 && ++at[i] === indices.shape[i]; i--) at[i] = 0;
    return where;
  });
}

const gatherElements: Kernel = ([x, indices], node) => {
  const values = read(x);
  const where = placesAlong(x, indices, axisOf(int(node, "axis", 0), x.shape.length));
  const out = numbersOf(x.type, where.length);
  for (let i = 0; i < out.length; i++) out[i] = values[where[i]];
  return made(x.type, indices.shape, out);
};

/** How an element that is written joins the one that is there. */
const reductions: Readonly<Record<string, (old: number, update: number) => number>> = {
  none: (_, update) => update,
  add: (old, update) => old + update,
  mul: (old, update) => old * update,
  max: Math.max,
  min: Math.min,
};

/** A copy with blocks of elements written at places. */
function written(x: Tensor, where: ArrayLike<number>, size: number, updates: Numbers, reduction: string): Tensor {
  const join = reductions[reduction];
  // Whole numbers of 64 bits are read into a copy; sums of float32 are kept in float64 until all are there.
  const sums = Float64Array.from(read(x));
  for (let i = 0; i < where.length; i++) {
    for (let k = 0; k < size; k++) sums[where[i] + k] = join(sums[where[i] + k], updates[i * size + k]);
  }
  const out = numbersOf(x.type, sums.length);
  out.set(sums);
  return made(x.type, x.shape, out);
}

const scatterElements: Kernel = ([x, indices, updates], node) => {
  const where = placesAlong(x, indices, axisOf(int(node, "axis", 0), x.shape.length));
  return written(x, where, 1, read(updates), word(node, "reduction", "none"));
};

/** Where the blocks begin that the last axis of `indices` names, and how many elements each has. */
function blocksAt(x: Tensor, indices: Tensor, batchAxes: number) {
  const depth = indices.shape.at(-1)!;
  const entries = read(indices);
  const size = sizeOf(x.shape.slice(batchAxes + depth));
  const rows = entries.length / depth;
  const rowsOfBatch = sizeOf(indices.shape.slice(batchAxes, -1));
  const blocksOfBatch = sizeOf(x.shape.slice(batchAxes, batchAxes + depth));
  const starts = Int32Array.from({ length: rows }, (_, row) => {
    let block = 0;
    for (let i = 0; i < depth; i++) {
      const length = x.shape[batchAxes + i];
      block = block * length + axisOf(entries[row * depth + i], length);
    }
    return (Math.floor(row / rowsOfBatch) * blocksOfBatch + block) * size;
  });
  return { starts, size };
}

const gatherND: Kernel = ([x, indices], node) => {
  const batchAxes = int(node, "batch_dims", 0);
  const { starts, size } = blocksAt(x, indices, batchAxes);
  const values = read(x);
  const out = numbersOf(x.type, starts.length * size);
  for (const [row, start] of starts.entries()) out.set(values.subarray(start, start + size), row * size);
  const depth = indices.shape.at(-1)!;
  return made(x.type, [...indices.shape.slice(0, -1), ...x.shape.slice(batchAxes + depth)], out);
};

const scatterND: Kernel = ([x, indices, updates], node) => {
  const { starts, size } = blocksAt(x, indices, 0);
  return written(x, starts, size, read(updates), word(node, "reduction", "none"));
};

export const places: Readonly<Record<string, Kernel>> = {
  ArgMax: place((a, b) => a > b),
  ArgMin: place((a, b) => a < b),
  CumSum: cumSum,
  GatherElements: gatherElements,
  GatherND: gatherND,
  NonZero: nonZero,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
  TopK: topK,
};
