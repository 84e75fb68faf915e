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
  ...alongAxis("LogSoftmax"),
  ...reduction("ReduceL1"),
  ...reduction("ReduceL2"),
  ...reduction("ReduceLogSumExp"),
  ...reduction("ReduceMax"),
  ...reduction("ReduceMean"),
  ...reduction("ReduceMin"),
  ...reduction("ReduceSum"),
  ...reduction("ReduceSumSquare"),
  ...alongAxis("Softmax"),
];
