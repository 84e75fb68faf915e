// Convolutions and pools, in any number of dimensions.

import { sizeOf, type Tensor } from "@carom/core";
import { countsOfWindows, kernelShape, type Node, transposedWindowOf, type Window, windowOf } from "@carom/core/onnx";
import { int, type Kernel } from "./kernel.ts";
import { packRows, productOf, upToTile, widthOf } from "./productLoop.ts";
import { made, type Numbers, numbersOf, read } from "./values.ts";

/** The places of the output and of the input that meet at one element of the kernel. */
interface Meeting {
  readonly outputs: Int32Array;
  readonly inputs: Int32Array;
}

/** Where windows meet the input, for each element of the kernel in row-major order; places in the margins are none. */
function meetings({ input, output, kernel, strides, dilations, before }: Window): readonly Meeting[] {
  let all = [{ outputs: [0], inputs: [0] }];
  for (let axis = 0; axis < kernel.length; axis++) {
    all = all.flatMap((outer) =>
      Array.from({ length: kernel[axis] }, (_, k) => {
        const met: { outputs: number[]; inputs: number[] } = { outputs: [], inputs: [] };
        for (let p = 0; p < outer.outputs.length; p++) {
          for (let o = 0; o < output[axis]; o++) {
            const i = o * strides[axis] + k * dilations[axis] - before[axis];
            if (i < 0 || i >= input[axis]) continue;
            met.outputs.push(outer.outputs[p] * output[axis] + o);
            met.inputs.push(outer.inputs[p] * input[axis] + i);
          }
        }
        return met;
      }),
    );
  }
  return all.map(({ outputs, inputs }) => ({ outputs: Int32Array.from(outputs), inputs: Int32Array.from(inputs) }));
}

const spatial = ({ shape }: Tensor) => shape.slice(2);

function rounded(x: Tensor, shape: readonly number[], sums: Float64Array): Tensor {
  const out = numbersOf(x.type, sums.length);
  out.set(sums);
  return made(x.type, shape, out);
}

function requireChannels(got: number, expected: number): void {
  if (got !== expected) throw new Error(`weights are of ${expected} channels, images have ${got}`);
}

/** For each element of the kernel, the place of the input that each place of the output meets; -1 in the margins. */
function placesUnder(window: Window): readonly Int32Array[] {
  return meetings(window).map(({ outputs, inputs }) => {
    const places = new Int32Array(sizeOf(window.output)).fill(-1);
    for (let p = 0; p < outputs.length; p++) places[outputs[p]] = inputs[p];
    return places;
  });
}

/** Places of images, one image after the other, so many at a time. */
function* partsOf(images: number, places: number, width: number) {
  const all = images * places;
  for (let from = 0; from < all; from += width) {
    const image = new Int32Array(Math.min(width, all - from));
    const place = new Int32Array(image.length);
    for (let q = 0; q < image.length; q++) {
      image[q] = Math.floor((from + q) / places);
      place[q] = (from + q) % places;
    }
    yield { image, place };
  }
}

/** Y[n, m, o] = b[m] + sum of W[m, c, k] X[n, c, i] over channels of the group and where o and i meet at k. */
const conv: Kernel = ([x, w, b], node) => {
  const window = windowOf(node, spatial(x), spatial(w));
  const [filters, members] = w.shape;
  const [n, channels] = x.shape;
  const groups = int(node, "group", 1);
  const own = filters / groups;
  const [from, to] = [sizeOf(window.input), sizeOf(window.output)];
  requireChannels(channels, members * groups);
  const places = placesUnder(window);
  const depth = members * places.length;
  const [values, weights, bias] = [read(x), read(w), b && read(b)];
  const out = numbersOf(x.type, n * filters * to);
  const width = widthOf(n * to, depth);
  const product = productOf(upToTile(own), depth, width);
  const { right, sums } = product;
  for (let group = 0; group < groups; group++) {
    packRows(product, weights, own, depth, { first: group * own * depth, down: depth, across: 1 });
    for (const { image, place } of partsOf(n, to, width)) {
      for (let m = 0; m < own; m++) sums.fill(bias ? bias[group * own + m] : 0, m * width, (m + 1) * width);
      for (let c = 0; c < members; c++) {
        for (const [k, under] of places.entries()) {
          const at = (c * places.length + k) * width;
          gather(values, (group * members + c) * from, channels * from, image, place, under, right, at);
        }
      }
      product.compute();
      for (let m = 0; m < own; m++) {
        const first = (group * own + m) * to;
        for (let q = 0; q < image.length; q++) out[image[q] * filters * to + first + place[q]] = sums[m * width + q];
      }
    }
  }
  return made(x.type, [n, filters, ...window.output], out);
};

/** Copies what lies under one element of the kernel; margins are 0. */
function gather(
  values: Numbers,
  first: number,
  stride: number,
  image: Int32Array,
  place: Int32Array,
  under: Int32Array,
  into: Float64Array,
  at: number,
): void {
  for (let q = 0; q < image.length; q++) {
    const i = under[place[q]];
    into[at + q] = i < 0 ? 0 : values[image[q] * stride + first + i];
  }
}

/** The transpose of a convolution as a linear map. */
const convTranspose: Kernel = ([x, w, b], node) => {
  const window = transposedWindowOf(node, spatial(x), spatial(w));
  const [channels, members] = w.shape;
  const groups = int(node, "group", 1);
  const own = channels / groups;
  const n = x.shape[0];
  requireChannels(x.shape[1], channels);
  const [from, to] = [sizeOf(window.output), sizeOf(window.input)];
  const places = placesUnder(window);
  const rows = members * places.length;
  const [values, weights, bias] = [read(x), read(w), b && read(b)];
  const all = new Float64Array(n * members * groups * to);
  if (bias) for (let i = 0; i < n * bias.length; i++) all.fill(bias[i % bias.length], i * to, (i + 1) * to);
  // What comes out is the larger of both sides here.
  const width = widthOf(n * from, Math.max(rows, own));
  const product = productOf(upToTile(rows), own, width);
  const { right, sums } = product;
  for (let group = 0; group < groups; group++) {
    packRows(product, weights, rows, own, { first: group * own * rows, down: 1, across: rows });
    for (const { image, place } of partsOf(n, from, width)) {
      sums.fill(0);
      for (let c = 0; c < own; c++) {
        const first = (group * own + c) * from;
        for (let q = 0; q < image.length; q++)
          right[c * width + q] = values[image[q] * channels * from + first + place[q]];
      }
      product.compute();
      for (let m = 0; m < members; m++) {
        for (const [k, under] of places.entries()) {
          const at = (m * places.length + k) * width;
          scatter(sums, at, image, place, under, all, (group * members + m) * to, members * groups * to);
        }
      }
    }
  }
  return rounded(x, [n, members * groups, ...window.input], all);
};

/** Adds to what lies under one element of the kernel. */
function scatter(
  sums: Float64Array,
  at: number,
  image: Int32Array,
  place: Int32Array,
  under: Int32Array,
  into: Float64Array,
  first: number,
  stride: number,
): void {
  for (let q = 0; q < image.length; q++) {
    const i = under[place[q]];
    if (i >= 0) into[image[q] * stride + first + i] += sums[at + q];
  }
}

/** The lowest float32, which the maximum of a window without elements is. */
const LOWEST = -3.4028234663852886e38;

/** The largest element of each window, the first of equal ones, and where in the whole of x it lies. */
const maxPool: Kernel = ([x], node) => {
  if (int(node, "storage_order", 0) !== 0 && node.outputs[1])
    throw new Error("places by columns are not computed here");
  const window = windowOf(node, spatial(x), kernelShape(node));
  const [images, from, to] = [x.shape[0] * x.shape[1], sizeOf(window.input), sizeOf(window.output)];
  const values = read(x);
  const places = new Float64Array(images * to).fill(-1);
  for (const { outputs, inputs } of meetings(window)) {
    for (let image = 0; image < images; image++) {
      for (let p = 0; p < outputs.length; p++) {
        const [at, place] = [image * to + outputs[p], image * from + inputs[p]];
        if (places[at] < 0 || values[place] > values[places[at]]) places[at] = place;
      }
    }
  }
  const shape = [...x.shape.slice(0, 2), ...window.output];
  const most = numbersOf(x.type, places.length);
  for (let i = 0; i < most.length; i++) most[i] = places[i] < 0 ? LOWEST : values[places[i]];
  return [made(x.type, shape, most), made("int64", shape, places)];
};

/** A pool of sums over each window of a function of each element; `finish` makes its output of a sum. */
function pooled(
  [x]: readonly Tensor[],
  node: Node,
  each: (x: number) => number,
  finish: (window: Window) => (sum: number, place: number) => number,
): Tensor {
  const window = windowOf(node, spatial(x), kernelShape(node));
  const [images, from, to] = [x.shape[0] * x.shape[1], sizeOf(window.input), sizeOf(window.output)];
  const values = read(x);
  const sums = new Float64Array(images * to);
  for (const { outputs, inputs } of meetings(window)) {
    for (let image = 0; image < images; image++) {
      for (let p = 0; p < outputs.length; p++) sums[image * to + outputs[p]] += each(values[image * from + inputs[p]]);
    }
  }
  const end = finish(window);
  for (let i = 0; i < sums.length; i++) sums[i] = end(sums[i], i % to);
  return rounded(x, [...x.shape.slice(0, 2), ...window.output], sums);
}

const averagePool: Kernel = (inputs, node) =>
  pooled(
    inputs,
    node,
    (x) => x,
    (window) => {
      const counts = countsOfWindows(window, int(node, "count_include_pad", 0) === 1);
      return (sum, place) => sum / counts[place];
    },
  );

const lpPool: Kernel = (inputs, node) => {
  const p = int(node, "p", 2);
  return pooled(
    inputs,
    node,
    (x) => Math.abs(x) ** p,
    () => (sum) => sum ** (1 / p),
  );
};

export const windows: Readonly<Record<string, Kernel>> = {
  AveragePool: averagePool,
  Conv: conv,
  ConvTranspose: convTranspose,
  LpPool: lpPool,
  MaxPool: maxPool,
};
