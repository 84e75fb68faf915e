// Operators that pad, repeat, cut and rearrange.

import { sizeOf, type Tensor, tensor } from "@carom/core";
import { changesOf, interpolationMatrix } from "@carom/core/onnx";
import { int, intsOf, type Kernel, word } from "./kernel.ts";
import { products } from "./products.ts";
import { shapes, slice } from "./shapes.ts";
import { axisOf, made, numbersOf, read } from "./values.ts";

/** A tensor of a shape whose elements are those of `x` at computed places; at none of them where that is -1. */
function arranged(x: Tensor, shape: readonly number[], from: (index: Int32Array) => number, otherwise = 0): Tensor {
  const values = read(x);
  const out = numbersOf(x.type, sizeOf(shape));
  const index = new Int32Array(shape.length);
  for (let i = 0; i < out.length; i++) {
    const at = from(index);
    out[i] = at < 0 ? otherwise : values[at];
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
  return made(x.type, shape, out);
}

const stridesOf = (shape: readonly number[]) => shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));

/** The element that an entry before or after an axis shows. */
const beyond: Readonly<Record<string, (entry: number, size: number) => number>> = {
  constant: (entry, size) => (entry < 0 || entry >= size ? -1 : entry),
  edge: (entry, size) => Math.min(Math.max(entry, 0), size - 1),
  reflect: (entry, size) => {
    const period = Math.max(1, 2 * size - 2);
    const at = ((entry % period) + period) % period;
    return at < size ? at : period - at;
  },
  wrap: (entry, size) => ((entry % size) + size) % size,
};

const pad: Kernel = ([x, pads, value, axes], node) => {
  const rank = x.shape.length;
  const widths = intsOf(node, "pads", pads)!;
  const chosen = axes ? Array.from(read(axes), (axis) => axisOf(axis, rank)) : x.shape.map((_, axis) => axis);
  const [before, after] = [new Array<number>(rank).fill(0), new Array<number>(rank).fill(0)];
  for (const [i, axis] of chosen.entries()) {
    before[axis] = widths[i];
    after[axis] = widths[i + chosen.length];
  }
  const shape = x.shape.map((size, axis) => size + before[axis] + after[axis]);
  const [strides, place] = [stridesOf(x.shape), beyond[word(node, "mode", "constant")]];
  const from = (index: Int32Array) => {
    let at = 0;
    for (let axis = 0; axis < rank; axis++) {
      const entry = place(index[axis] - before[axis], x.shape[axis]);
      if (entry < 0) return -1;
      at += entry * strides[axis];
    }
    return at;
  };
  return arranged(x, shape, from, value ? read(value)[0] : 0);
};

const tile: Kernel = ([x, repeats]) => {
  const times = read(repeats);
  const strides = stridesOf(x.shape);
  return arranged(
    x,
    x.shape.map((size, axis) => size * times[axis]),
    (index) => x.shape.reduce((at, size, axis) => at + (index[axis] % size) * strides[axis], 0),
  );
};

const trilu: Kernel = ([x, k], node) => {
  const shift = k ? read(k)[0] : 0;
  const isUpper = int(node, "upper", 1) === 1;
  let place = 0;
  return arranged(x, x.shape, (index) => {
    const [row, column] = index.slice(-2);
    const at = place++;
    return (isUpper ? column >= row + shift : column <= row + shift) ? at : -1;
  });
};

const split: Kernel = ([x, sizes], node) => {
  const axis = axisOf(int(node, "axis", 0), x.shape.length);
  const count = node.outputs.length;
  const part = Math.ceil(x.shape[axis] / count);
  const given = intsOf(node, "split", sizes);
  let start = 0;
  return Array.from({ length: count }, (_, i) => {
    const from = start;
    start += given ? given[i] : Math.min(part, x.shape[axis] - from);
    return slice(x, [from], [start], [axis], [1]);
  });
};

const reshaped = (x: Tensor, shape: readonly number[]): Tensor => ({ ...x, shape });
const permuted = (x: Tensor, perm: readonly number[]) =>
  shapes.Transpose([x], { ...plain, attributes: { perm: { ints: perm } } }) as Tensor;
const plain = { op: "", domain: "", name: "", inputs: [], outputs: [""], attributes: {} };

const depthToSpace: Kernel = ([x], node) => {
  const b = int(node, "blocksize", 1);
  const [n, channels, height, width] = x.shape;
  const depth = channels / (b * b);
  const isDepthFirst = word(node, "mode", "DCR") === "CRD";
  const apart = isDepthFirst
    ? permuted(reshaped(x, [n, depth, b, b, height, width]), [0, 1, 4, 2, 5, 3])
    : permuted(reshaped(x, [n, b, b, depth, height, width]), [0, 3, 4, 1, 5, 2]);
  return reshaped(apart, [n, depth, height * b, width * b]);
};

const spaceToDepth: Kernel = ([x], node) => {
  const b = int(node, "blocksize", 1);
  const [n, depth, height, width] = x.shape;
  const apart = permuted(reshaped(x, [n, depth, height / b, b, width / b, b]), [0, 3, 5, 1, 2, 4]);
  return reshaped(apart, [n, depth * b * b, height / b, width / b]);
};

const range: Kernel = ([start, limit, delta]) => {
  const [first, end, step] = [start, limit, delta].map((each) => read(each)[0]);
  const count = Math.max(0, Math.ceil((end - first) / step));
  const out = numbersOf(start.type, count);
  for (let i = 0; i < count; i++) out[i] = first + i * step;
  return made(start.type, [count], out);
};

const constantOfShape: Kernel = ([shape], node) => {
  const { value } = node.attributes;
  const element = value && "tensor" in value ? value.tensor : tensor("float32", [1], [0]);
  const to = Array.from(read(shape));
  return made(element.type, to, numbersOf(element.type, sizeOf(to)).fill(read(element)[0]));
};

/** Resamples along each axis by a product with a matrix. */
const resize: Kernel = (inputs, node) => {
  const [x] = inputs;
  const known = inputs.map((each) => each && { type: each.type, shape: each.shape, constant: each });
  const changes = changesOf(node, known)!;
  if (changes.every(({ size }, axis) => size === x.shape[axis])) return x;
  return changes.reduce((result, { size, scale, region }, axis) => {
    const input = x.shape[axis];
    const isWhole = region === undefined || (region[0] === 0 && region[1] === 1);
    if (isWhole && (scale === 1 || (scale === undefined && size === input))) return result;
    const output = Number(size);
    const by = { input, output, scale: scale ?? Math.fround(output / input), region };
    const matrix = permuted(interpolationMatrix(node, by, x.type as "float32"), [1, 0]);
    const order = x.shape.map((_, i) => i);
    [order[axis], order[order.length - 1]] = [order.length - 1, axis];
    return permuted(products.MatMul([permuted(result, order), matrix], plain) as Tensor, order);
  }, x);
};

export const layouts: Readonly<Record<string, Kernel>> = {
  ConstantOfShape: constantOfShape,
  DepthToSpace: depthToSpace,
  Pad: pad,
  Range: range,
  Resize: resize,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Tile: tile,
  Trilu: trilu,
};
