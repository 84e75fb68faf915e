// Operators that gather many elements into one: reductions, and the normalizations that are built on them.

import { floatAttribute, intAttribute, type Node } from "../../src/onnx/graph.ts";
import { axisOf, broadcastAt, type Evaluate, forEachIndex, generate, position, type Value } from "./value.ts";

const sum = (x: readonly number[]) => x.reduce((total, each) => total + each, 0);
const mean = (x: readonly number[]) => sum(x) / x.length;
const logSumExp = (x: readonly number[]) => {
  const top = Math.max(...x);
  return top + Math.log(sum(x.map((each) => Math.exp(each - top))));
};

/** Reduces over axes; the result keeps them with size 1. */
function reduce(x: Value, axes: readonly number[], f: (x: readonly number[]) => number): Value {
  const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const groups = new Map<number, number[]>();
  forEachIndex(x.shape, (index) => {
    const group = position(
      shape,
      index.map((entry, axis) => (axes.includes(axis) ? 0 : entry)),
    );
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group)!.push(x.data[position(x.shape, index)]);
  });
  return generate(x.type, shape, (index) => f(groups.get(position(shape, index)) ?? []));
}

function axesOf(node: Node, x: Value, axes: Value | undefined): readonly number[] {
  if (axes && axes.data.length > 0) return axes.data.map((axis) => axisOf(axis, x.shape.length));
  return intAttribute(node, "noop_with_empty_axes", 0) ? [] : x.shape.map((_, axis) => axis);
}

const reduction =
  (f: (x: readonly number[]) => number): Evaluate =>
  (node, [x, axes]) => {
    const removed = axesOf(node, x, axes);
    const kept = reduce(x, removed, f);
    if (intAttribute(node, "keepdims", 1)) return [kept];
    return [{ ...kept, shape: kept.shape.filter((_, axis) => !removed.includes(axis)) }];
  };

const spatial = (x: Value) => x.shape.flatMap((_, axis) => (axis < 2 ? [] : [axis]));

/** Log of the softmax along an axis. */
function logSoftmax(node: Node, x: Value): Value {
  const logarithm = reduce(x, [axisOf(intAttribute(node, "axis", -1), x.shape.length)], logSumExp);
  return generate(x.type, x.shape, (index) => broadcastAt(x, index) - broadcastAt(logarithm, index));
}

function normalize(node: Node, x: Value, [scale, bias, center, variance]: readonly Value[]): Value {
  const epsilon = floatAttribute(node, "epsilon", 1e-5);
  return generate(x.type, x.shape, (index) => {
    const c = index[1];
    const centered = x.data[position(x.shape, index)] - center.data[c];
    return (centered / Math.sqrt(variance.data[c] + epsilon)) * scale.data[c] + bias.data[c];
  });
}

const BatchNormalization: Evaluate = (node, [x, scale, bias, center, variance]) => {
  if (!intAttribute(node, "training_mode", 0)) return [normalize(node, x, [scale, bias, center, variance])];
  const others = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const batchMean = reduce(x, others, mean);
  const batchVariance = reduce(x, others, (values) => {
    const middle = mean(values);
    return mean(values.map((value) => (value - middle) ** 2));
  });
  const momentum = floatAttribute(node, "momentum", 0.9);
  const running = (old: Value, now: Value): Value => ({
    ...old,
    data: old.data.map((value, c) => momentum * value + (1 - momentum) * now.data[c]),
  });
  const y = normalize(node, x, [scale, bias, batchMean, batchVariance]);
  return [y, running(center, batchMean), running(variance, batchVariance)];
};

/** Mean 0 and variance 1 over axes, then scaled and shifted by what broadcasts. */
function standardize(x: Value, axes: readonly number[], epsilon: number, scale: Value, bias?: Value): Value {
  const center = reduce(x, axes, mean);
  const variance = reduce(x, axes, (values) => mean(values.map((value) => (value - mean(values)) ** 2)));
  return generate(x.type, x.shape, (index) => {
    const centered = broadcastAt(x, index) - broadcastAt(center, index);
    const unit = centered / Math.sqrt(broadcastAt(variance, index) + epsilon);
    return unit * broadcastAt(scale, index) + (bias ? broadcastAt(bias, index) : 0);
  });
}

const LayerNormalization: Evaluate = (node, [x, scale, bias]) => {
  const from = axisOf(intAttribute(node, "axis", -1), x.shape.length);
  const axes = x.shape.flatMap((_, axis) => (axis < from ? [] : [axis]));
  return [standardize(x, axes, floatAttribute(node, "epsilon", 1e-5), scale, bias)];
};

const InstanceNormalization: Evaluate = (node, [x, scale, bias]) => {
  const column = (value: Value): Value => ({ ...value, shape: [...value.shape, ...spatial(x).map(() => 1)] });
  return [standardize(x, spatial(x), floatAttribute(node, "epsilon", 1e-5), column(scale), column(bias))];
};

/** The place of an extremum along an axis. */
const place =
  (best: (...x: number[]) => number): Evaluate =>
  (node, [x]) => {
    const axis = axisOf(intAttribute(node, "axis", 0), x.shape.length);
    const find = intAttribute(node, "select_last_index", 0) ? "lastIndexOf" : "indexOf";
    const y = { ...reduce(x, [axis], (values) => values[find](best(...values))), type: "int64" } as const;
    if (intAttribute(node, "keepdims", 1)) return [y];
    return [{ ...y, shape: y.shape.filter((_, i) => i !== axis) }];
  };

export const reductions: Readonly<Record<string, Evaluate>> = {
  ArgMax: place(Math.max),
  ArgMin: place(Math.min),
  BatchNormalization,
  GlobalAveragePool: (_, [x]) => [reduce(x, spatial(x), mean)],
  GlobalMaxPool: (_, [x]) => [reduce(x, spatial(x), (values) => Math.max(...values))],
  InstanceNormalization,
  LayerNormalization,
  LogSoftmax: (node, [x]) => [logSoftmax(node, x)],
  ReduceL1: reduction((x) => sum(x.map(Math.abs))),
  ReduceL2: reduction((x) => Math.sqrt(sum(x.map((each) => each * each)))),
  ReduceLogSum: reduction((x) => Math.log(sum(x))),
  ReduceLogSumExp: reduction(logSumExp),
  ReduceMax: reduction((x) => Math.max(...x)),
  ReduceMean: reduction(mean),
  ReduceMin: reduction((x) => Math.min(...x)),
  ReduceProd: reduction((x) => x.reduce((product, each) => product * each, 1)),
  ReduceSum: reduction(sum),
  ReduceSumSquare: reduction((x) => sum(x.map((each) => each * each))),
  Softmax: (node, [x]) => {
    const y = logSoftmax(node, x);
    return [{ ...y, data: y.data.map(Math.exp) }];
  },
};
