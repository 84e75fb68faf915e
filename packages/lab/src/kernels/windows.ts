// Convolutions and pools, in any number of dimensions.

import { sizeOf, type Tensor } from "@carom/core";
import { countsOfWindows, kernelShape, type Node, transposedWindowOf, type Window, windowOf } from "@carom/core/onnx";
import { int, type Kernel } from "./kernel.ts";
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

/** Sums in float64, which start at the bias of each filter. */
function started(n: number, filters: number, size: number, bias: Tensor | undefined): Float64Array {
  const sums = new Float64Array(n * filters * size);
  if (!bias) return sums;
  const values = read(bias);
  for (let i = 0; i < n * filters; i++) sums.fill(values[i % filters], i * size, (i + 1) * size);
  return sums;
}

function rounded(x: Tensor, shape: readonly number[], sums: Float64Array): Tensor {
  const out = numbersOf(x.type, sums.length);
  out.set(sums);
  return made(x.type, shape, out);
}

function requireChannels(got: number, expected: number): void {
  if (got !== expected) throw new Error(`weights are of ${expected} channels, images have ${got}`);
}

/** Y[n, m, o] = b[m] + sum of W[m, c, k] X[n, c, i] over channels of the group and where o and i meet at k. */
const conv: Kernel = ([x, w, b], node) => {
  const window = windowOf(node, spatial(x), spatial(w));
  const [filters, members] = w.shape;
  const [n, channels] = x.shape;
  const filtersOfGroup = filters / int(node, "group", 1);
  const [from, to] = [sizeOf(window.input), sizeOf(window.output)];
  requireChannels(channels, members * int(node, "group", 1));
  const met = meetings(window);
  const [values, weights, sums] = [read(x), read(w), started(n, filters, to, b)];
  for (let row = 0; row < n; row++) {
    for (let m = 0; m < filters; m++) {
      const out = (row * filters + m) * to;
      const first = row * channels + Math.floor(m / filtersOfGroup) * members;
      for (let c = 0; c < members; c++) {
        for (let k = 0; k < met.length; k++) {
          const weight = weights[(m * members + c) * met.length + k];
          add(sums, out, met[k].outputs, values, (first + c) * from, met[k].inputs, weight);
        }
      }
    }
  }
  return rounded(x, [n, filters, ...window.output], sums);
};

/** The transpose of a convolution as a linear map. */
const convTranspose: Kernel = ([x, w, b], node) => {
  const window = transposedWindowOf(node, spatial(x), spatial(w));
  const [channels, members] = w.shape;
  const group = int(node, "group", 1);
  const filters = members * group;
  const n = x.shape[0];
  requireChannels(x.shape[1], channels);
  const [from, to] = [sizeOf(window.output), sizeOf(window.input)];
  const met = meetings(window);
  const [values, weights, sums] = [read(x), read(w), started(n, filters, to, b)];
  for (let row = 0; row < n; row++) {
    for (let c = 0; c < channels; c++) {
      const first = row * filters + Math.floor(c / (channels / group)) * members;
      for (let m = 0; m < members; m++) {
        for (let k = 0; k < met.length; k++) {
          const weight = weights[(c * members + m) * met.length + k];
          add(sums, (first + m) * to, met[k].inputs, values, (row * channels + c) * from, met[k].outputs, weight);
        }
      }
    }
  }
  return rounded(x, [n, filters, ...window.input], sums);
};

/** Adds what lies at some places to sums at others, times a weight. */
function add(
  sums: Float64Array,
  to: number,
  at: Int32Array,
  values: Numbers,
  from: number,
  of: Int32Array,
  weight: number,
): void {
  for (let p = 0; p < at.length; p++) sums[to + at[p]] += weight * values[from + of[p]];
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
