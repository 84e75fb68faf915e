// Gradient cases of matrix products, convolutions and pooling.

import type { Attributes } from "../../../src/onnx/graph.ts";
import type { GradientCase } from "../check.ts";

type Shape = readonly (number | string)[];

const matMul = (name: string, a: Shape, b: Shape): GradientCase => ({
  op: "MatMul",
  name: `MatMul ${name}`,
  inputs: { a, b },
  build: (g) => g.node("MatMul", ["a", "b"]),
});

const gemm = (name: string, a: Shape, b: Shape, c: Shape | undefined, attributes: Attributes): GradientCase => ({
  op: "Gemm",
  name: `Gemm ${name}`,
  inputs: c ? { a, b, c } : { a, b },
  build: (g) => g.node("Gemm", c ? ["a", "b", "c"] : ["a", "b"], attributes),
});

const convolution = (op: string, name: string, x: Shape, w: Shape, b: Shape | undefined, attributes: Attributes) => ({
  op,
  name: `${op} ${name}`,
  inputs: b ? { x, w, b } : { x, w },
  build: (g: Parameters<GradientCase["build"]>[0]) => g.node(op, b ? ["x", "w", "b"] : ["x", "w"], attributes),
});

const conv = (name: string, x: Shape, w: Shape, b: Shape | undefined, attributes: Attributes = {}): GradientCase =>
  convolution("Conv", name, x, w, b, attributes);

const convTranspose = (name: string, x: Shape, w: Shape, b: Shape | undefined, attributes: Attributes = {}) =>
  convolution("ConvTranspose", name, x, w, b, attributes);

/** A pooling, squared, so that the second derivative does not vanish. */
const pool = (op: string, name: string, x: Shape, attributes: Attributes): GradientCase => ({
  op,
  name: `${op} ${name}`,
  inputs: { x },
  build(g) {
    const y = g.node(op, ["x"], attributes);
    return g.node("Mul", [y, y]);
  },
});

const einsum = (name: string, equation: string, ...shapes: readonly Shape[]): GradientCase => ({
  op: "Einsum",
  name: `Einsum ${name}`,
  inputs: Object.fromEntries(shapes.map((shape, i) => [`x${i}`, shape])),
  build(g) {
    const y = g.node(
      "Einsum",
      shapes.map((_, i) => `x${i}`),
      { equation: { string: equation } },
    );
    return g.node("Mul", [y, y]);
  },
});

const list = (...values: readonly number[]) => ({ ints: values });
const autoPad = (mode: string) => ({ auto_pad: { string: mode } });

/** The ways a pooling window may slide. */
const windows: readonly (readonly [string, Shape, Attributes])[] = [
  ["of halves", ["N", 2, 4, 4], { kernel_shape: list(2, 2), strides: list(2, 2) }],
  ["of halves that leave a rest", ["N", 2, 5], { kernel_shape: list(2), strides: list(2) }],
  ["of overlapping windows", ["N", 1, 5, 4], { kernel_shape: list(3, 2), strides: list(2, 1) }],
  ["with stride 1 by default", ["N", 2, 5], { kernel_shape: list(3) }],
  ["with margins", ["N", 1, 4, 5], { kernel_shape: list(3, 3), strides: list(2, 2), pads: list(1, 0, 1, 1) }],
  [
    "rounded up",
    ["N", 1, 6, 5],
    { kernel_shape: list(3, 2), strides: list(2, 2), ceil_mode: { int: 1 }, pads: list(0, 0, 0, 0) },
  ],
  [
    "padded to the same size",
    ["N", 1, 5, 4],
    { kernel_shape: list(2, 3), strides: list(2, 2), ...autoPad("SAME_UPPER") },
  ],
  ["padded to the same size, low side first", ["N", 1, 5], { kernel_shape: list(2), ...autoPad("SAME_LOWER") }],
];

export const algebraCases: readonly GradientCase[] = [
  ...windows.map(([name, x, attributes]) => pool("AveragePool", name, x, attributes)),
  pool("AveragePool", "that counts the margin", ["N", 1, 4, 5], {
    kernel_shape: list(3, 2),
    strides: list(2, 1),
    pads: list(1, 0, 1, 1),
    count_include_pad: { int: 1 },
  }),
  pool("AveragePool", "of volumes", ["N", 1, 2, 3, 2], { kernel_shape: list(2, 2, 2) }),
  conv("of images", ["N", 2, 4, 4], [3, 2, 3, 3], [3]),
  conv("without bias", ["N", 2, 4, 3], [3, 2, 2, 2], undefined),
  conv("of sequences, stride 2 with a rest", ["N", 2, 6], [3, 2, 3], [3], { strides: list(2) }),
  conv("with uneven margins", ["N", 1, 4, 4], [2, 1, 3, 2], [2], { pads: list(1, 0, 2, 1), strides: list(2, 1) }),
  conv("with dilation", ["N", 1, 6, 5], [2, 1, 2, 3], undefined, { dilations: list(3, 2), strides: list(2, 1) }),
  conv("in groups", ["N", 4, 4], [6, 2, 2], [6], { group: { int: 2 } }),
  conv("of each channel by itself", ["N", 3, 4, 3], [3, 1, 2, 2], [3], { group: { int: 3 }, pads: list(1, 1, 0, 0) }),
  conv("with more margin than kernel", ["N", 1, 3], [2, 1, 2], [2], { pads: list(2, 3) }),
  conv("of a kernel of size 1", ["N", 3, 2, 2], [2, 3, 1, 1], [2]),
  conv("of volumes", ["N", 1, 3, 3, 2], [2, 1, 2, 2, 2], undefined),
  conv("padded to the same size", ["N", 1, 5, 4], [1, 1, 2, 3], [1], { ...autoPad("SAME_UPPER"), strides: list(2, 1) }),
  conv("of volumes, padded to the same size", ["N", 1, 3, 2, 4], [1, 1, 2, 3, 2], undefined, {
    ...autoPad("SAME_LOWER"),
    strides: list(2, 1, 2),
  }),
  conv("padded to the same size, low side first", ["N", 1, 5], [2, 1, 4], undefined, {
    ...autoPad("SAME_LOWER"),
    strides: list(2),
  }),
  conv("without margin by name", ["N", 1, 5], [2, 1, 2], undefined, autoPad("VALID")),
  conv("of images that shrink, as networks do", ["N", 1, 7, 7], [2, 1, 3, 3], [2], {
    strides: list(2, 2),
    pads: list(1, 1, 1, 1),
    kernel_shape: list(3, 3),
  }),
  convTranspose("of images", ["N", 2, 3, 3], [2, 3, 2, 2], [3]),
  convTranspose("with stride and extra rows", ["N", 2, 3, 2], [2, 2, 3, 2], undefined, {
    strides: list(2, 3),
    output_padding: list(1, 2),
    pads: list(1, 0, 1, 1),
  }),
  convTranspose("of sequences in groups", ["N", 4, 3], [4, 2, 2], [4], { group: { int: 2 }, dilations: list(2) }),
  convTranspose("to a multiple of the size", ["N", 1, 3], [1, 2, 3], [2], {
    ...autoPad("SAME_UPPER"),
    strides: list(2),
  }),
  convTranspose("to a multiple of the size, low side first", ["N", 1, 3], [1, 2, 4], [2], {
    ...autoPad("SAME_LOWER"),
    strides: list(1),
  }),
  convTranspose("to a given size", ["N", 1, 3, 2], [1, 2, 3, 3], undefined, {
    output_shape: list(6, 4),
    strides: list(2, 2),
  }),
  convTranspose("of volumes", ["N", 1, 2, 2, 2], [1, 2, 2, 3, 2], [2], {
    strides: list(2, 1, 2),
    pads: list(0, 1, 0, 0, 0, 1),
  }),
  convTranspose("of volumes to a multiple of the size", ["N", 1, 2, 2, 2], [1, 1, 3, 2, 3], undefined, {
    ...autoPad("SAME_UPPER"),
    strides: list(2, 1, 2),
  }),
  convTranspose("without margin by name", ["N", 1, 3], [1, 2, 2], undefined, { ...autoPad("VALID"), strides: list(2) }),
  einsum("of matrices", "ij,jk->ik", ["N", 3], [3, 2]),
  einsum("of attention", "bhqd,bhkd->bhqk", ["N", 2, 2, 3], ["N", 2, 3, 3]),
  einsum("with a transposed result", "bij,jk->kbi", ["N", 2, 3], [3, 2]),
  einsum("with a letter that is only summed", "ij,k->k", ["N", 3], [2]),
  einsum("of one input", "bij->ji", ["N", 2, 3]),
  einsum("of three", "bi,bj,ij->b", ["N", 2], ["N", 3], [2, 3]),
  einsum("with an ellipsis", "...ij,...jk->...ik", ["N", 2, 3], ["N", 3, 2]),
  einsum("with an ellipsis in one input", "...ij,jk->...ik", ["N", 2, 2, 3], [3, 2]),
  einsum("without an arrow", "bj,kj", ["N", 3], [2, 3]),
  gemm("plain", ["N", 3], [3, 2], undefined, {}),
  gemm("with a bias row", ["N", 3], [3, 2], [2], {}),
  gemm("with a bias column, alpha and beta", ["N", 3], [3, 2], ["N", 1], {
    alpha: { float: 0.5 },
    beta: { float: -2 },
  }),
  gemm("with a scalar bias", ["N", 3], [3, 2], [], { alpha: { float: 0.5 }, beta: { float: 0.25 } }),
  gemm("with A transposed", [3, "N"], [3, 2], [2], { transA: { int: 1 }, alpha: { float: 0.5 } }),
  gemm("with B transposed", ["N", 3], [2, 3], [2], { transB: { int: 1 }, alpha: { float: 0.5 } }),
  gemm("with both transposed", [3, "N"], [2, 3], [2], { transA: { int: 1 }, transB: { int: 1 }, alpha: { float: 2 } }),
  ...windows.map(([name, x, attributes]) => pool("LpPool", name, x, attributes)),
  pool("LpPool", "of absolute values", ["N", 1, 4, 3], { kernel_shape: list(2, 2), p: { int: 1 } }),
  pool("LpPool", "of cubes, with dilation", ["N", 1, 5, 4], {
    kernel_shape: list(2, 2),
    dilations: list(2, 1),
    p: { int: 3 },
  }),
  matMul("of matrices", ["N", 3], [3, 2]),
  matMul("of matrices in a batch", ["N", 2, 3], ["N", 3, 2]),
  matMul("of a batch by one matrix", ["N", 2, 3], [3, 2]),
  matMul("of one matrix by a batch", [2, 3], ["N", 3, 2]),
  matMul("of batches that broadcast", [2, 1, 2, 3], ["N", 3, 2]),
  matMul("of a row by a matrix", [3], [3, 2]),
  matMul("of a matrix by a column", ["N", 3], [3]),
  matMul("of two vectors", [3], [3]),
  matMul("of a row by a batch", [3], ["N", 3, 2]),
  matMul("of a batch by a column", ["N", 2, 3], [3]),
  ...windows.map(([name, x, attributes]) => pool("MaxPool", name, x, attributes)),
  pool("MaxPool", "with dilation", ["N", 1, 5, 5], {
    kernel_shape: list(2, 2),
    dilations: list(2, 3),
    strides: list(1, 2),
  }),
  {
    op: "MaxPool",
    name: "MaxPool of which some windows meet nothing",
    inputs: { x: ["N", 2, 1, 3] },
    build(g) {
      const attributes = { kernel_shape: list(2, 1), dilations: list(2, 1), pads: list(1, 0, 1, 0) };
      const windows = { ...attributes, strides: list(1, 2), kernel_shape: list(2, 2), pads: list(1, 0, 1, 1) };
      const y = g.node("Relu", [g.node("MaxPool", ["x"], windows)]);
      return [g.node("Mul", [y, y]), g.node("Relu", [g.node("MaxPool", ["x"], attributes)])];
    },
  },
  pool("MaxPool", "of volumes", ["N", 1, 2, 3, 2], { kernel_shape: list(2, 2, 2) }),
];
