// Random layers with windows: convolutions, transposed ones, pools, and small networks of them.

import type { GraphBuilder } from "../../../src/onnx/builder.ts";
import type { Attributes } from "../../../src/onnx/graph.ts";
import { sizeOf } from "../../../src/tensor.ts";
import { type DrawLayer, type Draws, list, open, square } from "./draws.ts";

/** How a window stands on an axis of the input. */
interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
}

function drawAxis(d: Draws, size: number, margin: (kernel: number) => number): Axis {
  const kernel = d.integer(1, 5);
  const stride = d.chance(0.5) ? 1 : d.integer(2, 4);
  const dilation = d.chance(0.7) ? 1 : d.integer(2, 3);
  const [before, after] = d.chance(0.4) ? [0, 0] : [d.integer(0, margin(kernel)), d.integer(0, margin(kernel))];
  return { size, kernel, stride, dilation, before, after };
}

/** Whether the kernel fits into the input with its margins. */
const fits = ({ size, kernel, dilation, before, after }: Axis) => size + before + after >= (kernel - 1) * dilation + 1;

const each = (axes: readonly Axis[], read: (axis: Axis) => number) => list(axes.map(read));

function steps(axes: readonly Axis[]): Attributes {
  return { strides: each(axes, ({ stride }) => stride), dilations: each(axes, ({ dilation }) => dilation) };
}

const pads = (axes: readonly Axis[]) => list([...axes.map(({ before }) => before), ...axes.map(({ after }) => after)]);

const rankOf = (d: Draws) => d.pick([1, 1, 2, 2, 2, 3]);

/** Groups, and channels and filters of each: now and then as many as matrix products pay for. */
function drawChannels(d: Draws) {
  const group = d.pick([1, 1, 1, 2, 3]);
  const count = () => (d.chance(0.2) ? d.integer(8, 9) : d.integer(1, 3));
  return { group, members: group > 1 && d.chance(0.5) ? 1 : count(), filters: group > 1 ? d.integer(1, 2) : count() };
}

export const drawConv: DrawLayer = (d, limit) => {
  const { group, members, filters } = drawChannels(d);
  const batch = d.integer(1, 3);
  const rank = rankOf(d);
  if (batch * group * members > limit) return undefined;
  const axes = d.shape(rank, limit / (batch * group * members)).map((size) => drawAxis(d, size, () => 3));
  const mode = d.pick(["NOTSET", "NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"]);
  const isSame = mode.startsWith("SAME");
  // The runtime takes no dilation with SAME.
  if (isSame && axes.some(({ dilation }) => dilation > 1)) return undefined;
  const bare = axes.map((axis) => (mode === "NOTSET" ? axis : { ...axis, before: 0, after: 0 }));
  if (!isSame && !bare.every(fits)) return undefined;
  // Where windows leave out more, the runtime leaves out the beginning too; files have those margins written out.
  const left = ({ size, kernel, stride }: Axis) => size - kernel - (Math.ceil(size / stride) - 1) * stride;
  if (isSame && axes.some((axis) => left(axis) > 2)) return undefined;
  const weights = [group * filters, members, ...axes.map(({ kernel }) => kernel)];
  if (sizeOf(weights) > limit) return undefined;
  const attributes: Attributes = {
    ...steps(axes),
    ...(mode === "NOTSET" ? { pads: pads(axes) } : { auto_pad: { string: mode } }),
    group: { int: group },
  };
  const x = [batch, group * members, ...axes.map(({ size }) => size)];
  return withWeights("Conv", d, x, weights, d.chance(0.5) ? [group * filters] : undefined, attributes);
};

export const drawConvTranspose: DrawLayer = (d, limit) => {
  const { group, members, filters } = drawChannels(d);
  const batch = d.integer(1, 3);
  if (batch * group * members > limit) return undefined;
  const axes = d.shape(rankOf(d), limit / (batch * group * members)).map((size) => drawAxis(d, size, () => 3));
  const extra = axes.map(({ stride }) => (d.chance(0.5) ? 0 : d.integer(0, stride - 1)));
  const full = axes.map(({ size, kernel, stride, dilation }, i) => {
    return (size - 1) * stride + (kernel - 1) * dilation + 1 + extra[i];
  });
  const mode = d.pick(["NOTSET", "NOTSET", "NOTSET", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"]);
  const attributes: Record<string, Attributes[string]> = { ...steps(axes), group: { int: group } };
  if (d.chance(0.7)) attributes.output_padding = list(extra);
  const rest = full.map((length, i) => (attributes.output_padding ? length : length - extra[i]));
  if (mode !== "NOTSET") attributes.auto_pad = { string: mode };
  if (d.chance(0.2) && mode !== "VALID") {
    // Not smaller than the input, and larger than what kernels reach by less than a stride: else the runtime infers no
    // shape.
    attributes.output_shape = list(
      axes.map(({ size, stride }, i) => d.integer(size, Math.max(size, full[i] - extra[i] + stride - 1))),
    );
  } else if (mode === "NOTSET") {
    if (axes.some(({ before, after }, i) => rest[i] - before - after < 1)) return undefined;
    attributes.pads = pads(axes);
  } else if (mode.startsWith("SAME")) {
    if (attributes.output_padding || axes.some(({ size, stride }, i) => rest[i] < size * stride)) return undefined;
  }
  const weights = [group * members, filters, ...axes.map(({ kernel }) => kernel)];
  if (sizeOf(weights) > limit || sizeOf(full) * group * filters * batch > 4 * limit) return undefined;
  const x = [batch, group * members, ...axes.map(({ size }) => size)];
  return withWeights("ConvTranspose", d, x, weights, d.chance(0.5) ? [group * filters] : undefined, attributes);
};

/** By weights that are differentiated by too, or are constant. */
function withWeights(
  op: string,
  d: Draws,
  x: readonly number[],
  w: readonly number[],
  b: readonly number[] | undefined,
  attributes: Attributes,
): ReturnType<DrawLayer> {
  const images = d.chance(0.5) ? open(x) : x;
  const others: Record<string, readonly number[]> = b ? { w, b } : { w };
  if (d.chance(0.7)) {
    const names = ["x", ...Object.keys(others)];
    return { op, attributes, inputs: { x: images, ...others }, build: (g) => square(g, g.node(op, names, attributes)) };
  }
  const constants = Object.values(others).map(d.constant);
  return {
    op,
    attributes,
    inputs: { x: images },
    build: (g, type) => square(g, g.node(op, ["x", ...constants.map((add) => add(g, type))], attributes)),
  };
}

const pool =
  (op: string): DrawLayer =>
  (d, limit) => {
    const [batch, channels] = [d.integer(1, 3), d.integer(1, 3)];
    // The runtime takes margins that are smaller than the kernel.
    const axes = d
      .shape(rankOf(d), limit / (batch * channels))
      .map((size) => drawAxis(d, size, (kernel) => kernel - 1));
    const plain = axes.map((axis) => (op === "AveragePool" ? { ...axis, dilation: 1 } : axis));
    const mode = d.pick(["NOTSET", "NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"]);
    const bare = plain.map((axis) => (mode === "NOTSET" ? axis : { ...axis, before: 0, after: 0 }));
    if (mode.startsWith("SAME")) {
      // Its margins would be below 0, which only LpPool takes; with dilation they are too small.
      if (plain.some(({ kernel, stride, dilation }) => dilation > 1 || (op !== "LpPool" && kernel < stride)))
        return undefined;
    } else if (!bare.every(fits)) return undefined;
    // Of a window that stands around the input, the largest element is the least of all numbers, without a square.
    if (plain.some(({ size, dilation, before, after }) => dilation > size && before + after > 0)) return undefined;
    const ceil = d.chance(0.4) && mode === "NOTSET";
    const attributes: Attributes = {
      kernel_shape: each(plain, ({ kernel }) => kernel),
      strides: each(plain, ({ stride }) => stride),
      ...(op === "AveragePool" ? {} : { dilations: each(plain, ({ dilation }) => dilation) }),
      ...(mode === "NOTSET" ? { pads: pads(plain) } : { auto_pad: { string: mode } }),
      ...(ceil ? { ceil_mode: { int: 1 } } : {}),
      ...(op === "AveragePool" && d.chance(0.5) ? { count_include_pad: { int: 1 } } : {}),
      ...(op === "LpPool" ? { p: { int: d.integer(1, 3) } } : {}),
    };
    const x = [batch, channels, ...axes.map(({ size }) => size)];
    const inputs = { x: d.chance(0.5) ? open(x) : x };
    return { op, attributes, inputs, build: (g) => square(g, g.node(op, ["x"], attributes)) };
  };

export const drawMaxPool = pool("MaxPool");
export const drawAveragePool = pool("AveragePool");
export const drawLpPool = pool("LpPool");

/** Convolutions with what lies between them in networks, whose weights are differentiated by too, as in training. */
export const drawNetwork: DrawLayer = (d, limit) => {
  const channels = [d.integer(1, 3), d.pick([2, 8, 9]), d.pick([2, 3, 8])];
  const rank = d.pick([1, 2, 2]);
  const sizes = d.times(rank, () => d.integer(1, 9));
  const batch = d.integer(1, 3);
  if (batch * sizeOf(sizes) * Math.max(...channels) > limit) return undefined;
  const layers = d.times(2, () => d.times(rank, (i) => drawAxis(d, sizes[i], () => 2)));
  const lengths = (input: readonly number[], axes: readonly Axis[]) =>
    input.map((size, i) => {
      const { kernel, dilation, stride, before, after } = axes[i];
      return Math.floor((size + before + after - (kernel - 1) * dilation - 1) / stride) + 1;
    });
  const middle = lengths(sizes, layers[0]);
  if ([...middle, ...lengths(middle, layers[1])].some((size) => size < 1)) return undefined;
  const activation = d.pick(["Relu", "Sigmoid", "Tanh", "LeakyRelu"]);
  const classes = d.integer(1, 3);
  const isResidual = d.chance(0.3);
  const shapes = layers.map((axes, i) => [channels[i + 1], channels[i], ...axes.map(({ kernel }) => kernel)]);
  if (shapes.some((shape) => sizeOf(shape) > limit)) return undefined;
  const x = [batch, channels[0], ...sizes];
  const inputs = {
    x: d.chance(0.5) ? open(x) : x,
    v: shapes[0],
    a: [channels[1]],
    w: shapes[1],
    b: [channels[2]],
    u: [channels[2], classes],
  };
  const build = (g: GraphBuilder) => {
    const convolution = (value: string, weights: readonly string[], axes: readonly Axis[]) =>
      g.node("Conv", [value, ...weights], { ...steps(axes), pads: pads(axes) });
    let value = g.node(activation, [convolution("x", ["v", "a"], layers[0])]);
    if (isResidual) value = g.node("Add", [value, g.node("Mul", [value, g.scalar(0.5, value)])]);
    value = g.node(activation, [convolution(value, ["w", "b"], layers[1])]);
    const pooled = g.node("Flatten", [g.node("GlobalAveragePool", [value])]);
    return square(g, g.node("MatMul", [pooled, "u"]));
  };
  return { op: "Conv", inputs, build };
};
