// Operators that move elements, or say where they are.

import { type ElementType, sizeOf, type Tensor, tensor } from "@carom/core";
import { elementTypeOf, type Node } from "@carom/core/onnx";
import { int, intsOf, type Kernel } from "./kernel.ts";
import { axisOf, broadcast, made, type Numbers, numbersOf, read, spread } from "./values.ts";

function reshaped(x: Tensor, shape: readonly number[]): Tensor {
  if (sizeOf(shape) !== sizeOf(x.shape)) throw new Error(`[${x.shape}] has not the size of [${shape}]`);
  return { ...x, shape };
}

const whole = (numbers: readonly number[], shape: readonly number[] = [numbers.length]) =>
  tensor("int64", shape, numbers);

function cast(x: Tensor, type: ElementType): Tensor {
  if (x.type === type) return x;
  const values = read(x);
  const out = numbersOf(type, values.length);
  const isWhole = type !== "float32" && type !== "float64";
  for (let i = 0; i < out.length; i++) {
    out[i] = type === "bool" ? Number(values[i] !== 0) : isWhole ? Math.trunc(values[i]) : values[i];
  }
  return made(type, x.shape, out);
}

/** Some positions along an axis, in the order given. */
function taken(x: Tensor, axis: number, positions: readonly number[], indices: readonly number[]): Tensor {
  const [outer, inner] = [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis + 1))];
  const values = read(x);
  const out = numbersOf(x.type, outer * positions.length * inner);
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (const position of positions) {
      const from = (o * x.shape[axis] + position) * inner;
      for (let k = 0; k < inner; k++) out[at++] = values[from + k];
    }
  }
  return made(x.type, [...x.shape.slice(0, axis), ...indices, ...x.shape.slice(axis + 1)], out);
}

/** What is left of an array between starts and ends along axes, by steps. */
export function slice(x: Tensor, starts: number[], ends: number[], axes: number[], steps: number[]): Tensor {
  let result = x;
  for (const [i, given] of axes.entries()) {
    const axis = axisOf(given, x.shape.length);
    const [length, step] = [x.shape[axis], steps[i]];
    const clamp = (at: number, low: number, high: number) => Math.min(Math.max(at < 0 ? at + length : at, low), high);
    const positions: number[] = [];
    if (step > 0) for (let k = clamp(starts[i], 0, length); k < clamp(ends[i], 0, length); k += step) positions.push(k);
    else for (let k = clamp(starts[i], 0, length - 1); k > clamp(ends[i], -1, length); k += step) positions.push(k);
    result = taken(result, axis, positions, [positions.length]);
  }
  return result;
}

function transposed(x: Tensor, order: readonly number[]): Tensor {
  const shape = order.map((axis) => x.shape[axis]);
  const strides = x.shape.map((_, axis) => sizeOf(x.shape.slice(axis + 1)));
  const values = read(x);
  const out: Numbers = numbersOf(x.type, values.length);
  const at = new Int32Array(shape.length);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = values[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[order[axis]];
      if (++at[axis] < shape[axis]) break;
      from -= strides[order[axis]] * shape[axis];
      at[axis] = 0;
    }
  }
  return made(x.type, shape, out);
}

function newShape(x: Tensor, wanted: readonly number[], node: Node): number[] {
  const zero = int(node, "allowzero", 0) === 1;
  const shape = wanted.map((length, i) => (length === 0 && !zero ? x.shape[i] : length));
  const known = shape.reduce((product, length) => (length < 0 ? product : product * length), 1);
  return shape.map((length) => (length < 0 ? sizeOf(x.shape) / known : length));
}

export const shapes: Readonly<Record<string, Kernel>> = {
  Identity: ([x]) => x,
  Shape: ([x], node) => whole(x.shape.slice(int(node, "start", 0), int(node, "end", x.shape.length))),
  Size: ([x]) => whole([sizeOf(x.shape)], []),
  Cast: ([x], node) => {
    const type = elementTypeOf(int(node, "to", 0));
    if (!type) throw new Error(`no numbers of type ${int(node, "to", 0)} here`);
    return cast(x, type);
  },
  CastLike: ([x, like]) => cast(x, like.type),
  Reshape: ([x, shape], node) => reshaped(x, newShape(x, intsOf(node, "shape", shape)!, node)),
  Flatten: ([x], node) => {
    const axis = axisOf(int(node, "axis", 1), x.shape.length);
    return reshaped(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))]);
  },
  Unsqueeze: ([x, axes], node) => {
    const given = intsOf(node, "axes", axes)!;
    const rank = x.shape.length + given.length;
    const added = new Set(given.map((axis) => axisOf(axis, rank)));
    const rest = [...x.shape];
    return reshaped(
      x,
      Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : rest.shift()!)),
    );
  },
  Squeeze: ([x, axes], node) => {
    const given = intsOf(node, "axes", axes)?.map((axis) => axisOf(axis, x.shape.length));
    return reshaped(
      x,
      x.shape.filter((length, axis) => (given ? !given.includes(axis) : length !== 1)),
    );
  },
  Expand: ([x, shape], node) => {
    const to = broadcast(x.shape, intsOf(node, "shape", shape)!);
    return made(x.type, to, spread(read(x), x.shape, to));
  },
  Transpose: ([x], node) => {
    const order = intsOf(node, "perm", undefined) ?? x.shape.map((_, axis) => x.shape.length - 1 - axis);
    return transposed(x, order);
  },
  Gather: ([x, indices], node) => {
    const axis = axisOf(int(node, "axis", 0), x.shape.length);
    const positions = Array.from(read(indices), (at) => axisOf(at, x.shape[axis]));
    const outside = positions.find((at) => !(at >= 0 && at < x.shape[axis]));
    if (outside !== undefined) throw new Error(`no place ${outside} among ${x.shape[axis]}`);
    return taken(x, axis, positions, indices.shape);
  },
  Slice: ([x, starts, ends, axes, steps], node) => {
    const from = intsOf(node, "starts", starts)!;
    const along = intsOf(node, "axes", axes) ?? from.map((_, axis) => axis);
    const by = intsOf(node, "steps", steps) ?? from.map(() => 1);
    return slice(x, from, intsOf(node, "ends", ends)!, along, by);
  },
  Concat: (inputs, node) => {
    const axis = axisOf(int(node, "axis", 0), inputs[0].shape.length);
    const outer = sizeOf(inputs[0].shape.slice(0, axis));
    const parts = inputs.map((each) => ({ values: read(each), length: sizeOf(each.shape.slice(axis)) }));
    const out = numbersOf(inputs[0].type, outer * parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (let o = 0; o < outer; o++) {
      for (const { values, length } of parts) for (let k = 0; k < length; k++) out[at++] = values[o * length + k];
    }
    const total = inputs.reduce((sum, { shape }) => sum + shape[axis], 0);
    return made(inputs[0].type, [...inputs[0].shape.slice(0, axis), total, ...inputs[0].shape.slice(axis + 1)], out);
  },
};
