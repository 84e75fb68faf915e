// Random layers that move elements or treat each by itself: indexing, shapes, resampling, functions with broadcasting.

import type { Attributes } from "../../../src/onnx/graph.ts";
import { sizeOf, tensor } from "../../../src/tensor.ts";
import { type DrawLayer, type Draws, type Layer, list, open, square } from "./draws.ts";
import { broadcastable } from "./tensors.ts";

const int = (value: number) => ({ int: value });

/** A constant of integers. */
const integers = (shape: readonly number[], data: readonly number[]) => tensor("int64", shape, data);

/** One operator on x and constants, squared. */
function onX(
  op: string,
  x: readonly (number | string)[],
  constants: readonly ReturnType<typeof integers>[],
  attributes: Attributes = {},
): Layer {
  return {
    op,
    attributes: { ...attributes, constants: { string: constants.map(({ data }) => `[${data}]`).join(" ") } },
    inputs: { x },
    build: (g) => square(g, g.node(op, ["x", ...constants.map((each) => g.constant(each))], attributes)),
  };
}

const vector = (ints: readonly number[]) => integers([ints.length], ints);

/** Positions along an axis, from either end. */
const positions = (d: Draws, count: number, size: number) => d.times(count, () => d.integer(-size, size - 1));

export const drawSlice: DrawLayer = (d, limit) => {
  const rank = d.integer(1, 4);
  const x = d.shape(rank, limit);
  const axes = d.order(rank).slice(0, d.integer(1, rank));
  const bound = (axis: number) => d.integer(-x[axis] - 2, x[axis] + 2);
  const [starts, ends] = [axes.map(bound), axes.map((axis) => (d.chance(0.2) ? 2 ** 53 - 1 : bound(axis)))];
  const steps = axes.map(() => d.pick([1, 1, 1, 2, 3, -1, -2]));
  const named = axes.map((axis) => (d.chance(0.5) ? axis : axis - rank));
  const layer = onX("Slice", x, [vector(starts), vector(ends), vector(named), vector(steps)]);
  // What is empty has nothing to differentiate.
  const isEmpty = axes.some((axis, i) => {
    const clamp = (entry: number, low: number, high: number) =>
      Math.min(high, Math.max(low, entry < 0 ? entry + x[axis] : entry));
    return steps[i] > 0
      ? clamp(starts[i], 0, x[axis]) >= clamp(ends[i], 0, x[axis])
      : clamp(starts[i], 0, x[axis] - 1) <= clamp(ends[i], -1, x[axis] - 1);
  });
  return isEmpty ? undefined : layer;
};

export const drawGather: DrawLayer = (d, limit) => {
  const rank = d.integer(1, 3);
  const x = d.shape(rank, limit);
  const axis = d.integer(-rank, rank - 1);
  const size = x.at(axis)!;
  const indices = d.shape(d.integer(0, 2), 6);
  const op = d.pick(["Gather", "Gather", "GatherElements", "GatherND"]);
  if (op === "Gather") {
    return onX(op, x, [integers(indices, positions(d, sizeOf(indices), size))], { axis: int(axis) });
  }
  if (op === "GatherElements") {
    // Along other axes as many as there are, or fewer.
    const shape = x.map((length, i) => (i === (axis + rank) % rank ? d.integer(1, 4) : d.integer(1, length)));
    return onX(op, x, [integers(shape, positions(d, sizeOf(shape), size))], { axis: int(axis) });
  }
  const batch = d.integer(0, rank - 1);
  const depth = d.integer(1, rank - batch);
  const leading = [...x.slice(0, batch), ...indices];
  if (leading.length === 0 || sizeOf(leading) > limit) return undefined;
  const places = d.times(sizeOf(leading), () =>
    x.slice(batch, batch + depth).map((length) => d.integer(-length, length - 1)),
  );
  return onX(op, x, [integers([...leading, depth], places.flat())], { batch_dims: int(batch) });
};

export const drawScatter: DrawLayer = (d, limit) => {
  const rank = d.integer(1, 3);
  const x = d.shape(rank, limit);
  const axis = d.integer(0, rank - 1);
  const reduction = d.pick(["none", "add", "max", "min"]);
  const attributes = { axis: int(axis), reduction: { string: reduction } };
  if (d.chance(0.5)) {
    const shape = x.map((length) => d.integer(1, length));
    // Where the last one counts, no place is written twice: which comes last is not defined.
    const order = d.order(x[axis]);
    const indices: number[] = [];
    const inner = sizeOf(shape.slice(axis + 1));
    for (let i = 0; i < sizeOf(shape); i++) {
      const at = Math.floor(i / inner) % shape[axis];
      indices.push(reduction !== "none" ? d.integer(-x[axis], x[axis] - 1) : order[at]);
    }
    const places = integers(shape, indices);
    return {
      op: "ScatterElements",
      attributes,
      inputs: { x, updates: shape },
      build: (g) => square(g, g.node("ScatterElements", ["x", g.constant(places), "updates"], attributes)),
    };
  }
  const depth = d.integer(1, rank);
  const count = reduction !== "none" ? d.integer(1, 4) : Math.min(x[0], d.integer(1, 4));
  const first = d.order(x[0]);
  const places = d.times(count, (i) =>
    x.slice(0, depth).map((length, k) => (k === 0 && reduction === "none" ? first[i] : d.integer(0, length - 1))),
  );
  const updates = [count, ...x.slice(depth)];
  const { reduction: only } = attributes;
  return {
    op: "ScatterND",
    attributes,
    inputs: { x, updates },
    build(g) {
      const indices = g.constant(integers([count, depth], places.flat()));
      return square(g, g.node("ScatterND", ["x", indices, "updates"], { reduction: only }));
    },
  };
};

export const drawShape: DrawLayer = (d, limit) => {
  const rank = d.integer(1, 4);
  const x = d.shape(rank, limit);
  const axis = d.integer(-rank, rank - 1);
  const at = (axis + rank) % rank;
  const opened = d.chance(0.5) && rank > 1 ? open(x) : x;
  switch (
    d.pick([
      "Concat",
      "Expand",
      "Flatten",
      "Pad",
      "Split",
      "Squeeze",
      "Tile",
      "Transpose",
      "Trilu",
      "Unsqueeze",
      "TopK",
      "Depth",
    ])
  ) {
    case "Concat": {
      const y = x.map((size, i) => (i === at ? d.integer(1, 4) : size));
      const names = d.times(d.integer(1, 3), () => d.pick(["x", "y"]));
      return {
        op: "Concat",
        inputs: { x, y },
        build: (g) => square(g, g.node("Concat", ["x", "y", ...names], { axis: int(axis) })),
      };
    }
    case "Expand": {
      const small = broadcastable(d, x);
      return onX("Expand", small, [
        vector(x.map((size, i) => (small.at(i - rank) === size && d.chance(0.3) ? 1 : size))),
      ]);
    }
    case "Flatten":
      return onX("Flatten", opened, [], { axis: int(axis) });
    case "Pad": {
      const widths = d.times(2 * rank, (i) => d.integer(-Math.min(1, Math.floor((x[i % rank] - 1) / 2)), 3));
      return onX("Pad", x, [vector(widths)]);
    }
    case "Split": {
      const count = d.integer(1, Math.min(3, x[at]));
      const cuts = d
        .order(x[at] - 1)
        .slice(0, count - 1)
        .map((cut) => cut + 1)
        .sort((a, b) => a - b);
      const sizes = [...cuts, x[at]].map((cut, i) => cut - (cuts[i - 1] ?? 0));
      return {
        op: "Split",
        inputs: { x },
        build: (g) =>
          g.nodeOutputs("Split", ["x", g.ints(sizes)], { axis: int(axis) }, count).map((part) => square(g, part)),
      };
    }
    case "Squeeze": {
      const ones = x.flatMap((size, i) => (size === 1 ? [i] : []));
      return ones.length === 0 ? undefined : onX("Squeeze", x, d.chance(0.5) ? [vector(ones)] : []);
    }
    case "Tile": {
      const repeats = x.map(() => d.integer(1, 3));
      return sizeOf(x) * sizeOf(repeats) > 2 * limit ? undefined : onX("Tile", x, [vector(repeats)]);
    }
    case "Transpose":
      return onX("Transpose", opened, [], d.chance(0.8) ? { perm: list(d.order(rank)) } : {});
    case "Trilu":
      return rank < 2
        ? undefined
        : onX("Trilu", x, [integers([], [d.integer(-3, 3)])], { upper: int(d.integer(0, 1)) });
    case "Unsqueeze":
      return onX("Unsqueeze", opened, [vector(d.chance(0.5) ? [d.integer(0, rank)] : [-1, 0])]);
    case "TopK":
      return {
        op: "TopK",
        inputs: { x },
        build: (g) => square(g, g.nodeOutputs("TopK", ["x", g.ints([1 + (x[at] >> 1)])], { axis: int(axis) }, 2)[0]),
      };
    default: {
      const size = d.integer(1, 3);
      const isDepth = d.chance(0.5);
      const [batch, channels, height, width] = d.times(4, () => d.integer(1, 3));
      const image = isDepth
        ? [batch, channels * size * size, height, width]
        : [batch, channels, height * size, width * size];
      if (sizeOf(image) > limit) return undefined;
      const mode = isDepth ? { mode: { string: d.pick(["DCR", "CRD"]) } } : {};
      return onX(isDepth ? "DepthToSpace" : "SpaceToDepth", image, [], { blocksize: int(size), ...mode });
    }
  }
};

export const drawResize: DrawLayer = (d, limit) => {
  const spatial = d.integer(1, 2);
  const x = [d.integer(1, 2), d.integer(1, 2), ...d.times(spatial, () => d.integer(1, 9))];
  if (sizeOf(x) > limit) return undefined;
  const mode = d.pick(["nearest", "linear"]);
  const attributes: Attributes = {
    mode: { string: mode },
    coordinate_transformation_mode: {
      string: d.pick(["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"]),
    },
    ...(mode === "nearest"
      ? { nearest_mode: { string: d.pick(["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]) } }
      : {}),
  };
  const opened = d.chance(0.5) ? open(x) : x;
  if (d.chance(0.5)) {
    const scales = [1, 1, ...d.times(spatial, () => d.pick([0.5, 0.75, 1, 1.5, 2, 2.5, 3]))];
    if (scales.some((scale, i) => Math.floor(scale * x[i]) < 1)) return undefined;
    return {
      op: "Resize",
      attributes: { ...attributes, scales: { floats: scales } },
      inputs: { x: opened },
      build(g) {
        return square(
          g,
          g.node("Resize", ["x", "", g.constant(tensor("float32", [scales.length], scales))], attributes),
        );
      },
    };
  }
  const sizes = [x[0], x[1], ...d.times(spatial, () => d.integer(1, 12))];
  return {
    op: "Resize",
    attributes: { ...attributes, sizes: list(sizes) },
    inputs: { x },
    build: (g) => square(g, g.node("Resize", ["x", "", "", g.ints(sizes)], attributes)),
  };
};

const unary = [
  ["Abs", -2, 2],
  ["Celu", -2, 2],
  ["Cos", -2, 2],
  ["Elu", -2, 2],
  ["Erf", -2, 2],
  ["Exp", -2, 2],
  ["HardSigmoid", -4, 4],
  ["HardSwish", -4, 4],
  ["LeakyRelu", -2, 2],
  ["Log", 0.25, 4],
  ["Mish", -2, 2],
  ["Reciprocal", 0.25, 4],
  ["Relu", -2, 2],
  ["Selu", -2, 2],
  ["Sigmoid", -2, 2],
  ["Sin", -2, 2],
  ["Softplus", -2, 2],
  ["Softsign", -2, 2],
  ["Sqrt", 0.25, 4],
  ["Tanh", -2, 2],
  ["ThresholdedRelu", -2, 2],
] as const;

export const drawFunction: DrawLayer = (d, limit) => {
  const x = d.shape(d.integer(0, 4), limit);
  if (d.chance(0.4)) {
    const [op, low, high] = d.pick(unary);
    return { op, inputs: { x }, range: [low, high], build: (g) => square(g, g.node(op, ["x"])) };
  }
  const y = broadcastable(d, x);
  const op = d.pick(["Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Mean", "Sum", "PRelu", "Where", "Clip"]);
  const [a, b] = op !== "PRelu" && d.chance(0.5) ? [y, x] : [x, y];
  switch (op) {
    case "Where": {
      const z = d.constant(broadcastable(d, x));
      return {
        op,
        inputs: { a, b },
        build(g, type) {
          const condition = g.node("Greater", [z(g, type), g.scalar(0, "a")]);
          return square(g, g.node("Where", [condition, "a", "b"]));
        },
      };
    }
    case "Clip":
      return { op, inputs: { a: x, b: [], c: [] }, build: (g) => square(g, g.node("Clip", ["a", "b", "c"])) };
    case "Div":
    case "Pow":
      return { op, inputs: { a, b }, range: [0.5, 2], build: (g) => square(g, g.node(op, ["a", "b"])) };
    default:
      return { op, inputs: { a, b }, build: (g) => square(g, g.node(op, ["a", "b"])) };
  }
};
