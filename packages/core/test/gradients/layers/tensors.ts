// Random layers that multiply, reduce and normalise: matrix products, reductions, normalisations, attention.

import type { Attributes } from "../../../src/onnx/graph.ts";
import { sizeOf } from "../../../src/tensor.ts";
import { type DrawLayer, type Draws, list, open, square } from "./draws.ts";

const flag = (value: boolean) => ({ int: Number(value) });

/** A shape that broadcasts with another: leading axes left out, some sizes 1. */
export function broadcastable(d: Draws, shape: readonly number[]): readonly number[] {
  return shape.slice(d.integer(0, shape.length)).map((size) => (d.chance(0.3) ? 1 : size));
}

export const drawMatMul: DrawLayer = (d, limit) => {
  const [rows, inner, columns] = d.times(3, () => d.integer(1, 17));
  if (rows * inner > limit || inner * columns > limit || rows * columns > limit) return undefined;
  const leading = d.shape(d.integer(0, 2), limit / Math.max(rows * inner, inner * columns, rows * columns));
  const sides = [
    [...leading, rows, inner],
    [...broadcastable(d, leading), inner, columns],
  ];
  if (d.chance(0.15)) sides[0] = [inner];
  if (d.chance(0.15)) sides[1] = [inner];
  const [a, b] = d.chance(0.5) && sides[0].length > 1 && sides[1].length > 1 ? [...sides].reverse() : sides;
  if (a.length > 1 && b.length > 1 && a.at(-1) !== b.at(-2)) return undefined;
  return { op: "MatMul", inputs: { a, b }, build: (g) => square(g, g.node("MatMul", ["a", "b"])) };
};

export const drawGemm: DrawLayer = (d, limit) => {
  const [rows, inner, columns] = d.times(3, () => d.integer(1, 17));
  if (Math.max(rows * inner, inner * columns, rows * columns) > limit) return undefined;
  const [transA, transB] = [d.chance(0.5), d.chance(0.5)];
  const a = transA ? [inner, rows] : [rows, inner];
  const b = transB ? [columns, inner] : [inner, columns];
  const attributes: Attributes = {
    transA: flag(transA),
    transB: flag(transB),
    alpha: { float: d.pick([1, 0.5, -2]) },
    beta: { float: d.pick([1, 0.25, -1]) },
  };
  const inputs = d.chance(0.6) ? { a, b, c: broadcastable(d, [rows, columns]) } : { a, b };
  return { op: "Gemm", attributes, inputs, build: (g) => square(g, g.node("Gemm", Object.keys(inputs), attributes)) };
};

export const drawEinsum: DrawLayer = (d, limit) => {
  const letters = [..."bijk"].slice(0, d.integer(1, 4));
  const sizes = new Map(letters.map((letter) => [letter, d.integer(1, 5)]));
  const some = () => d.order(letters.length).flatMap((i) => (d.chance(0.6) ? [letters[i]] : []));
  const terms = d.times(d.integer(1, 3), some);
  const present = letters.filter((letter) => terms.some((term) => term.includes(letter)));
  const result = d.order(present.length).flatMap((i) => (d.chance(0.6) ? [present[i]] : []));
  const shapes = terms.map((term) => term.map((letter) => sizes.get(letter)!));
  if (shapes.some((shape) => sizeOf(shape) > limit)) return undefined;
  const isImplicit = d.chance(0.1);
  const left = terms.map((term) => term.join("")).join(",");
  const attributes = { equation: { string: isImplicit ? left : `${left}->${result.join("")}` } };
  const inputs = Object.fromEntries(shapes.map((shape, i) => [`x${i}`, shape]));
  const names = Object.keys(inputs);
  return { op: "Einsum", attributes, inputs, build: (g) => square(g, g.node("Einsum", names, attributes)) };
};

/** Reductions whose derivative exists on the interval of the draws. */
const reductions = ["L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare"] as const;

export const drawReduction: DrawLayer = (d, limit) => {
  const op = `Reduce${d.pick(reductions)}`;
  const rank = d.integer(1, 4);
  const x = d.shape(rank, limit);
  const axes = d
    .order(rank)
    .slice(0, d.integer(0, rank))
    .map((axis) => (d.chance(0.5) ? axis : axis - rank));
  const attributes: Attributes = {
    ...(d.chance(0.7) ? { keepdims: flag(d.chance(0.5)) } : {}),
    ...(d.chance(0.3) ? { noop_with_empty_axes: { int: 1 } } : {}),
  };
  // Products of many factors leave what float32 holds.
  if (op === "ReduceProd" && sizeOf(x) > 12) return undefined;
  const isGiven = axes.length > 0 || d.chance(0.3);
  return {
    op,
    attributes: { ...attributes, axes: list(axes) },
    inputs: { x: d.chance(0.5) && rank > 1 ? open(x) : x },
    ...(op === "ReduceLogSum" ? { range: [0.5, 2] as const } : {}),
    build: (g) => square(g, g.node(op, isGiven ? ["x", g.ints(axes)] : ["x"], attributes)),
  };
};

const epsilon = { float: 0.125 };

export const drawNormalization: DrawLayer = (d, limit) => {
  const op = d.pick([
    "BatchNormalization",
    "InstanceNormalization",
    "LayerNormalization",
    "LogSoftmax",
    "Softmax",
    "CumSum",
  ]);
  const isOnImages = op === "BatchNormalization" || op === "InstanceNormalization";
  const x = d.shape(isOnImages ? d.integer(op[0] === "B" ? 2 : 3, 4) : d.integer(1, 4), limit);
  const rank = x.length;
  const axis = d.integer(-rank, rank - 1);
  const inputs = { x: d.chance(0.5) && rank > 1 ? open(x) : x };
  if (op === "CumSum") {
    const attributes = { exclusive: flag(d.chance(0.5)), reverse: flag(d.chance(0.5)) };
    return { op, attributes, inputs, build: (g) => square(g, g.node(op, ["x", g.ints([axis])], attributes)) };
  }
  if (op === "LayerNormalization") {
    const scale = x.slice(axis);
    if (sizeOf(scale) < 2 || (scale.length === rank && inputs.x[0] === "N")) return undefined;
    const all = d.chance(0.5) ? { ...inputs, scale, bias: scale } : { ...inputs, scale };
    const attributes = { axis: { int: axis }, epsilon };
    return { op, attributes, inputs: all, build: (g) => square(g, g.node(op, Object.keys(all), attributes)) };
  }
  if (!isOnImages) {
    const attributes = { axis: { int: axis } };
    return { op, attributes, inputs, build: (g) => square(g, g.node(op, ["x"], attributes)) };
  }
  const channels = [x[1]];
  if (op === "InstanceNormalization") {
    if (sizeOf(x.slice(2)) < 2) return undefined;
    const all = { ...inputs, scale: channels, bias: channels };
    return { op, inputs: all, build: (g) => square(g, g.node(op, Object.keys(all), { epsilon })) };
  }
  if (d.chance(0.4)) {
    if (x[0] * sizeOf(x.slice(2)) < 2 || inputs.x[0] === "N") return undefined;
    const attributes = { training_mode: { int: 1 }, epsilon, momentum: { float: 0.75 } };
    const all = { ...inputs, scale: channels, bias: channels, mean: channels, variance: channels };
    return {
      op,
      attributes,
      inputs: all,
      build: (g) => g.nodeOutputs(op, Object.keys(all), attributes, 3).map((each) => square(g, each)),
    };
  }
  const all = { ...inputs, scale: channels, bias: channels, mean: channels };
  const variance = d.constant(channels);
  return {
    op,
    inputs: all,
    build(g, type) {
      const positive = g.node("Add", [g.node("Abs", [variance(g, type)]), g.scalar(0.25, "x")]);
      return square(g, g.node(op, [...Object.keys(all), positive], { epsilon }));
    },
  };
};

/**
 * Attention of several heads: q k^T, scaled and masked, its softmax times v; axes moved and joined as exporters write
 * it.
 */
export const drawAttention: DrawLayer = (d, limit) => {
  const [batch, heads, queries, keys, width] = [d.integer(1, 3), ...d.times(4, () => d.integer(1, 5))];
  const features = heads * width;
  if (batch * Math.max(queries, keys) * features > limit) return undefined;
  const isMasked = d.chance(0.5);
  const isOpen = d.chance(0.5);
  const batched = (shape: readonly number[]) => (isOpen ? open(shape) : shape);
  const isFirst = d.chance(0.5);
  const mask = d.constant([queries, keys]);
  const inputs = {
    q: batched([batch, queries, features]),
    k: batched([batch, keys, features]),
    v: batched([batch, keys, features]),
    w: [features, d.integer(1, 3)],
  };
  return {
    op: "Softmax",
    inputs,
    build(g, type) {
      const split = (value: string, length: number) => {
        const parts = g.node("Reshape", [value, g.ints([0, length, heads, width])]);
        return g.node("Transpose", [parts], { perm: list([0, 2, 1, 3]) });
      };
      const [q, k, v] = [split("q", queries), split("k", keys), split("v", keys)];
      const scale = g.scalar(1 / Math.sqrt(width), "q");
      const turned = g.node("Transpose", [k], { perm: list([0, 1, 3, 2]) });
      // Before the product or behind it: exporters write either.
      let scores = isFirst
        ? g.node("MatMul", [g.node("Mul", [q, scale]), turned])
        : g.node("Mul", [g.node("MatMul", [q, turned]), scale]);
      if (isMasked) {
        const hidden = g.node("Greater", [mask(g, type), g.scalar(0.25, "q")]);
        scores = g.node("Where", [hidden, g.scalar(-1e4, "q"), scores]);
      }
      const mixed = g.node("MatMul", [g.node("Softmax", [scores], { axis: { int: -1 } }), v]);
      const joined = g.node("Transpose", [mixed], { perm: list([0, 2, 1, 3]) });
      const flat = g.node("Reshape", [joined, g.ints([0, queries, features])]);
      return square(g, g.node("MatMul", [flat, "w"]));
    },
  };
};
