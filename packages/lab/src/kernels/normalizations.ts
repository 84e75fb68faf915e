// Operators that bring elements to mean 0 and variance 1.

import { sizeOf, type Tensor } from "@carom/core";
import { float, int, type Kernel } from "./kernel.ts";
import { axisOf, made, mapped, numbersOf, read } from "./values.ts";

/** Mean and variance of a run of elements. */
function momentsOf(values: ArrayLike<number>, at: (i: number) => number, count: number) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[at(i)];
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (values[at(i)] - mean) ** 2;
  return { mean, variance: squares / count };
}

/** y = scale (x - mean) / sqrt(variance + epsilon) + bias of each channel; in training of the batch's own moments. */
const batchNormalization: Kernel = ([x, scale, bias, mean, variance], node) => {
  const channels = x.shape[1] ?? 1;
  const inner = sizeOf(x.shape.slice(2));
  const values = read(x);
  const isTraining = int(node, "training_mode", 0) === 1;
  const count = values.length / channels;
  const own = Array.from({ length: channels }, (_, c) =>
    isTraining
      ? momentsOf(values, (i) => (Math.floor(i / inner) * channels + c) * inner + (i % inner), count)
      : { mean: read(mean)[c], variance: read(variance)[c] },
  );
  const [factors, shifts, epsilon] = [read(scale), read(bias), float(node, "epsilon", 1e-5)];
  const out = numbersOf(x.type, values.length);
  for (let i = 0; i < out.length; i++) {
    const c = Math.floor(i / inner) % channels;
    out[i] = ((values[i] - own[c].mean) / Math.sqrt(own[c].variance + epsilon)) * factors[c] + shifts[c];
  }
  const y = made(x.type, x.shape, out);
  if (!isTraining) return y;
  const momentum = float(node, "momentum", 0.9);
  const running = (old: Tensor, now: (c: number) => number) => {
    let c = 0;
    return mapped(old, (value) => momentum * value + (1 - momentum) * now(c++));
  };
  return [y, running(mean, (c) => own[c].mean), running(variance, (c) => own[c].variance)];
};

/** Brings blocks of elements that lie together to mean 0 and variance 1, then scales and shifts them. */
function inBlocks(
  x: Tensor,
  size: number,
  epsilon: number,
  scale: (i: number) => number,
  bias: (i: number) => number,
): Tensor {
  const values = read(x);
  const out = numbersOf(x.type, values.length);
  for (let from = 0; from < out.length; from += size) {
    const { mean, variance } = momentsOf(values, (i) => from + i, size);
    const deviation = Math.sqrt(variance + epsilon);
    for (let i = from; i < from + size; i++) out[i] = ((values[i] - mean) / deviation) * scale(i) + bias(i);
  }
  return made(x.type, x.shape, out);
}

const layerNormalization: Kernel = ([x, scale, bias], node) => {
  if (node.outputs.slice(1).some((name) => name !== "")) throw new Error("moments are no output here");
  const size = sizeOf(x.shape.slice(axisOf(int(node, "axis", -1), x.shape.length)));
  const [factors, shifts] = [read(scale), bias && read(bias)];
  const at = (i: number) => (i % size) % factors.length;
  return inBlocks(
    x,
    size,
    float(node, "epsilon", 1e-5),
    (i) => factors[at(i)],
    (i) => (shifts ? shifts[at(i)] : 0),
  );
};

const instanceNormalization: Kernel = ([x, scale, bias], node) => {
  const size = sizeOf(x.shape.slice(2));
  const [factors, shifts] = [read(scale), read(bias)];
  const channel = (i: number) => Math.floor(i / size) % x.shape[1];
  return inBlocks(
    x,
    size,
    float(node, "epsilon", 1e-5),
    (i) => factors[channel(i)],
    (i) => shifts[channel(i)],
  );
};

export const normalizations: Readonly<Record<string, Kernel>> = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
};
