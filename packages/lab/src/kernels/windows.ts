// Convolutions and pools, in any number of dimensions.

import { sizeOf, type Tensor } from "@carom/core";
import { countsOfWindows, kernelShape, type Node, transposedWindowOf, type Window, windowOf } from "@carom/core/onnx";
import { int, type Kernel } from "./kernel.ts";
import { made, numbersOf, read } from "./values.ts";

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

/** For each place of the output in turn, the places of the input under the kernel; -1 in the margins. */
function placesUnder(window: Window): Int32Array {
  const met = meetings(window);
  const places = new Int32Array(sizeOf(window.output) * met.length).fill(-1);
  for (const [k, { outputs, inputs }] of met.entries()) {
    for (let p = 0; p < outputs.length; p++) places[outputs[p] * met.length + k] = inputs[p];
  }
  return places;
}

/**
 * Adds to some sums the products of rows of a matrix with a vector. Four rows at a time, so that each element of the
 * vector is read once for four; every sum is in float64 and in the order of the elements.
 */
function addProducts(matrix: Float64Array, vector: Float64Array, rows: number, from: number, sums: Float64Array): void {
  const length = vector.length;
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    const first = (from + row) * length;
    let [a, b, c, d] = [sums[row], sums[row + 1], sums[row + 2], sums[row + 3]];
    for (let k = 0; k < length; k++) {
      const value = vector[k];
      a += matrix[first + k] * value;
      b += matrix[first + length + k] * value;
      c += matrix[first + 2 * length + k] * value;
      d += matrix[first + 3 * length + k] * value;
    }
    sums[row] = a;
    sums[row + 1] = b;
    sums[row + 2] = c;
    sums[row + 3] = d;
  }
  for (; row < rows; row++) {
    const first = (from + row) * length;
    let sum = sums[row];
    for (let k = 0; k < length; k++) sum += matrix[first + k] * vector[k];
    sums[row] = sum;
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
  const size = sizeOf(window.kernel);
  const [values, weights, bias] = [read(x), Float64Array.from(read(w)), b && read(b)];
  const out = numbersOf(x.type, n * filters * to);
  const [patch, sums] = [new Float64Array(members * size), new Float64Array(own)];
  for (let row = 0; row < n; row++) {
    for (let group = 0; group < groups; group++) {
      const first = (row * channels + group * members) * from;
      for (let o = 0; o < to; o++) {
        for (let c = 0; c < members; c++) {
          for (let k = 0; k < size; k++) {
            const place = places[o * size + k];
            patch[c * size + k] = place < 0 ? 0 : values[first + c * from + place];
          }
        }
        for (let m = 0; m < own; m++) sums[m] = bias ? bias[group * own + m] : 0;
        addProducts(weights, patch, own, group * own, sums);
        for (let m = 0; m < own; m++) out[(row * filters + group * own + m) * to + o] = sums[m];
      }
    }
  }
  return made(x.type, [n, filters, ...window.output], out);
};

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
  const size = sizeOf(window.kernel);
  const [values, given, bias] = [read(x), read(w), b && read(b)];
  // Channels last, those of a group side by side: [group, m, k, c].
  const weights = new Float64Array(given.length);
  const rows = members * size;
  for (let c = 0; c < channels; c++) {
    const group = Math.floor(c / own);
    for (let i = 0; i < rows; i++) weights[(group * rows + i) * own + (c % own)] = given[c * rows + i];
  }
  const all = new Float64Array(n * members * groups * to);
  if (bias) for (let i = 0; i < n * bias.length; i++) all.fill(bias[i % bias.length], i * to, (i + 1) * to);
  const [column, sums] = [new Float64Array(own), new Float64Array(rows)];
  for (let row = 0; row < n; row++) {
    for (let group = 0; group < groups; group++) {
      const first = (row * groups + group) * members * to;
      for (let o = 0; o < from; o++) {
        for (let c = 0; c < own; c++) column[c] = values[(row * channels + group * own + c) * from + o];
        addProducts(weights, column, rows, group * rows, sums.fill(0));
        for (let m = 0; m < members; m++) {
          for (let k = 0; k < size; k++) {
            const place = places[o * size + k];
            if (place >= 0) all[first + m * to + place] += sums[m * size + k];
          }
        }
      }
    }
  }
  return rounded(x, [n, members * groups, ...window.input], all);
};

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
