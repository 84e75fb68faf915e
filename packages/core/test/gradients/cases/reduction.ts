// Gradient cases of reductions and of the normalizations built on them.

import type { GradientCase } from "../check.ts";

/** A reduction over every choice of axes, with and without keeping them. */
const reduction = (op: string): GradientCase[] => {
  const over = (name: string, axes: readonly number[] | undefined, keepdims: number, extra = {}): GradientCase => ({
    op,
    name: `${op} over ${name}${keepdims ? "" : ", axes dropped"}`,
    inputs: { x: ["N", 2, 3] },
    build(g) {
      const inputs = axes ? ["x", g.ints(axes)] : ["x"];
      const y = g.node(op, inputs, { keepdims: { int: keepdims }, ...extra });
      return g.node("Mul", [y, y]);
    },
  });
  return [
    over("the last axis", [-1], 1),
    over("the batch", [0], 0),
    over("two axes, unordered", [2, 0], 1),
    over("two axes, unordered", [2, 0], 0),
    over("everything", undefined, 1),
    over("everything", undefined, 0),
    over("no axis", [], 1, { noop_with_empty_axes: { int: 1 } }),
  ];
};

const alongAxis = (op: string): GradientCase[] =>
  [-1, 0, 1].map((axis) => ({
    op,
    name: `${op} along axis ${axis}`,
    inputs: { x: ["N", 2, 3] },
    build: (g) => g.node(op, ["x"], { axis: { int: axis } }),
  }));

/** The variance is a square plus a half, to be positive wherever it is drawn. */
const batchNormalization = (name: string, x: readonly (number | string)[], attributes = {}): GradientCase => ({
  op: "BatchNormalization",
  name: `BatchNormalization ${name}`,
  inputs: { x, scale: [2], bias: [2], mean: [2], root: [2] },
  build(g) {
    const variance = g.node("Add", [g.node("Mul", ["root", "root"]), g.scalar(0.5, "root")]);
    return g.node("BatchNormalization", ["x", "scale", "bias", "mean", variance], attributes);
  },
});

/** The batch's own statistics, and the running ones. */
const trainedNormalization = (name: string, x: readonly (number | string)[], outputs: number): GradientCase => ({
  op: "BatchNormalization",
  name: `BatchNormalization in training, ${name}`,
  inputs: { x, scale: [2], bias: [2], mean: [2], root: [2] },
  build(g) {
    const variance = g.node("Mul", ["root", "root"]);
    const attributes = { training_mode: { int: 1 }, momentum: { float: 0.75 }, epsilon: { float: 0.125 } };
    const all = g.nodeOutputs("BatchNormalization", ["x", "scale", "bias", "mean", variance], attributes, 3);
    return all.slice(0, outputs).map((y) => g.node("Mul", [y, y]));
  },
});

const instanceNormalization = (name: string, x: readonly (number | string)[], attributes = {}): GradientCase => ({
  op: "InstanceNormalization",
  name: `InstanceNormalization ${name}`,
  inputs: { x, scale: [2], bias: [2] },
  build: (g) => g.node("Tanh", [g.node("InstanceNormalization", ["x", "scale", "bias"], attributes)]),
});

const layerNormalization = (
  name: string,
  x: readonly (number | string)[],
  scale: readonly number[],
  bias: readonly number[] | undefined,
  attributes = {},
): GradientCase => ({
  op: "LayerNormalization",
  name: `LayerNormalization ${name}`,
  inputs: bias ? { x, scale, bias } : { x, scale },
  build: (g) =>
    g.node("Tanh", [g.node("LayerNormalization", bias ? ["x", "scale", "bias"] : ["x", "scale"], attributes)]),
});

/** The place of an extremum decides which multiple of the sum is taken. */
const place = (op: string, axis: number, keepdims: number): GradientCase => ({
  op,
  name: `${op} along axis ${axis} as a factor`,
  inputs: { x: ["N", 3] },
  build(g) {
    const where = g.node(op, ["x"], { axis: { int: axis }, keepdims: { int: keepdims } });
    const sums = g.node("ReduceSum", [g.node("Exp", ["x"]), g.ints([axis])], { keepdims: { int: keepdims } });
    return g.node("Mul", [g.node("CastLike", [where, "x"]), sums]);
  },
});

export const reductionCases: readonly GradientCase[] = [
  batchNormalization("of rows", ["N", 2]),
  batchNormalization("of images, epsilon 0.125", ["N", 2, 2, 2], { epsilon: { float: 0.125 } }),
  trainedNormalization("of rows", ["N", 2], 3),
  trainedNormalization("of images", ["N", 2, 2, 2], 3),
  trainedNormalization("of sequences, first output only", ["N", 2, 3], 1),
  ...["GlobalAveragePool", "GlobalMaxPool"].flatMap((op): GradientCase[] => [
    { op, name: `${op} of sequences`, inputs: { x: ["N", 2, 4] }, build: (g) => g.node("Exp", [g.node(op, ["x"])]) },
    { op, name: `${op} of images`, inputs: { x: ["N", 2, 2, 3] }, build: (g) => g.node("Exp", [g.node(op, ["x"])]) },
  ]),
  ...["ArgMax", "ArgMin"].flatMap((op) => [place(op, 0, 1), place(op, -1, 0)]),
  instanceNormalization("of sequences", ["N", 2, 3]),
  instanceNormalization("of images, epsilon 0.125", ["N", 2, 2, 2], { epsilon: { float: 0.125 } }),
  layerNormalization("over the last axis", ["N", 2, 3], [3], [3]),
  layerNormalization("over two axes, without bias", ["N", 2, 3], [2, 3], undefined, { axis: { int: 1 } }),
  layerNormalization("with a scale that broadcasts", ["N", 2, 3], [3], [3], {
    axis: { int: -2 },
    epsilon: { float: 0.125 },
  }),
  ...alongAxis("LogSoftmax"),
  ...reduction("ReduceL1"),
  ...reduction("ReduceL2"),
  ...reduction("ReduceLogSum").map((each): GradientCase => ({ ...each, range: [0.5, 2] })),
  ...reduction("ReduceLogSumExp"),
  ...reduction("ReduceMax"),
  ...reduction("ReduceMean"),
  ...reduction("ReduceMin"),
  ...reduction("ReduceProd").map((each): GradientCase => ({ ...each, range: [0.5, 1.5] })),
  {
    op: "ReduceProd",
    name: "ReduceProd of numbers of any sign",
    inputs: { x: ["N", 4] },
    build: (g) => g.node("ReduceProd", ["x", g.ints([1])]),
  },
  ...reduction("ReduceSum"),
  ...reduction("ReduceSumSquare"),
  ...alongAxis("Softmax"),
];
