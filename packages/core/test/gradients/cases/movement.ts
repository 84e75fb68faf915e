// Gradient cases of operators that move elements. Squares and products make the second derivative not vanish.

import type { GraphBuilder } from "../../../src/onnx/builder.ts";
import type { Attributes } from "../../../src/onnx/graph.ts";
import { tensor } from "../../../src/tensor.ts";
import type { GradientCase } from "../check.ts";

const BIG = 9_000_000_000_000_000;
const square = (g: GraphBuilder, value: string) => g.node("Mul", [value, value]);

/** One operator on one input, squared. */
function moved(
  op: string,
  name: string,
  shape: readonly (number | string)[],
  others: (g: GraphBuilder) => readonly string[] = () => [],
  attributes: Attributes = {},
): GradientCase {
  return {
    op,
    name: `${op} ${name}`,
    inputs: { x: shape },
    build: (g) => square(g, g.node(op, ["x", ...others(g)], attributes)),
  };
}

const axis = (at: number): Attributes => ({ axis: { int: at } });

const slice = (name: string, shape: readonly (number | string)[], ...lists: readonly (readonly number[])[]) =>
  moved("Slice", name, shape, (g) => lists.map((list) => g.ints(list)));

const split = (name: string, count: number, sizes: readonly number[] | undefined, at: number): GradientCase => ({
  op: "Split",
  name: `Split ${name}`,
  inputs: { x: ["N", 5] },
  build: (g) =>
    g
      .nodeOutputs(
        "Split",
        sizes ? ["x", g.ints(sizes)] : ["x"],
        sizes ? axis(at) : { ...axis(at), num_outputs: { int: count } },
        count,
      )
      .map((part) => square(g, part)),
});

const indices = (g: GraphBuilder, shape: readonly number[], data: readonly number[]) =>
  g.constant(tensor("int64", shape, data));

const resize = (
  name: string,
  shape: readonly (number | string)[],
  scales: readonly number[],
  mode: string,
  attributes: Attributes,
) =>
  moved("Resize", `${mode} ${name}`, shape, (g) => ["", g.constant(tensor("float32", [scales.length], scales))], {
    mode: { string: mode },
    ...attributes,
  });

export const movementCases: readonly GradientCase[] = [
  {
    op: "Concat",
    name: "Concat along the last axis",
    inputs: { a: ["N", 2], b: ["N", 3] },
    build: (g) => square(g, g.node("Concat", ["a", "b", "a"], axis(-1))),
  },
  {
    op: "Concat",
    name: "Concat along the first axis",
    inputs: { a: [2, 3], b: [1, 3] },
    build: (g) => square(g, g.node("Concat", ["a", "b"], axis(0))),
  },
  {
    op: "Constant",
    name: "Constant as a factor",
    inputs: { x: ["N", 3] },
    build(g, type) {
      const value = { tensor: tensor(type, [3], [1, -2, 0.5]) };
      return g.node("Mul", [square(g, "x"), g.node("Constant", [], { value })]);
    },
  },
  {
    op: "ConstantOfShape",
    name: "ConstantOfShape as a summand of the input's shape",
    inputs: { x: ["N", 3] },
    build(g, type) {
      const value = { tensor: tensor(type, [1], [0.5]) };
      return square(g, g.node("Add", ["x", g.node("ConstantOfShape", [g.node("Shape", ["x"])], { value })]));
    },
  },
  moved("CumSum", "along the last axis", ["N", 4], (g) => [indices(g, [], [-1])]),
  moved("CumSum", "from the end, without the element itself", ["N", 4], (g) => [indices(g, [], [1])], {
    exclusive: { int: 1 },
    reverse: { int: 1 },
  }),
  moved("CumSum", "over the batch, without the element itself", ["N", 2], (g) => [indices(g, [], [0])], {
    exclusive: { int: 1 },
  }),
  moved("DepthToSpace", "by default", ["N", 8, 1, 2], undefined, { blocksize: { int: 2 } }),
  moved("DepthToSpace", "of channels in columns", ["N", 8, 2, 1], undefined, {
    blocksize: { int: 2 },
    mode: { string: "CRD" },
  }),
  moved("Expand", "of a row to a matrix", [3], (g) => [g.ints([2, 3])]),
  moved("Expand", "of a column", [2, 1], (g) => [g.ints([4, 1, 3])]),
  moved("Expand", "to a smaller shape", ["N", 3], (g) => [g.ints([1, 1])]),
  moved("Flatten", "by default", ["N", 2, 3]),
  moved("Flatten", "at axis 0", ["N", 2], undefined, axis(0)),
  moved("Flatten", "at axis -1", ["N", 2, 3], undefined, axis(-1)),
  moved("Gather", "of repeated and negative columns", ["N", 4], (g) => [g.ints([1, 3, 1, -1])], axis(1)),
  moved("Gather", "with a matrix of indices", ["N", 4, 2], (g) => [indices(g, [2, 2], [0, 3, 3, 1])], axis(-2)),
  moved("Gather", "with one index", ["N", 4], (g) => [indices(g, [], [2])], axis(1)),
  moved("Gather", "of rows", [4, 2], (g) => [g.ints([3, 0, 0])]),
  moved("GatherElements", "along axis 1", [2, 4], (g) => [indices(g, [2, 3], [0, 0, 3, 1, -1, 1])], axis(1)),
  moved("GatherElements", "along axis 0", [3, 2], (g) => [indices(g, [2, 2], [2, 0, 2, -3])]),
  moved("GatherND", "of elements", [3, 4], (g) => [indices(g, [3, 2], [0, 1, 2, -1, 0, 1])]),
  moved("GatherND", "of rows", [3, 2], (g) => [indices(g, [2, 2, 1], [0, 2, 2, -3])]),
  moved("GatherND", "in batches", [2, 3, 2], (g) => [indices(g, [2, 2, 1], [0, 2, 2, 2])], { batch_dims: { int: 1 } }),
  moved("GatherND", "in batches of batches", [2, 2, 3], (g) => [indices(g, [2, 2, 1], [0, 2, 2, 1])], {
    batch_dims: { int: 2 },
  }),
  {
    op: "NonZero",
    name: "NonZero of a constant mask, to gather",
    inputs: { x: ["N", 4] },
    build(g) {
      const places = g.node("NonZero", [g.constant(tensor("bool", [4], [1, 0, 1, 1]))]);
      return square(g, g.node("Gather", ["x", g.node("Squeeze", [places, g.ints([0])])], axis(1)));
    },
  },
  moved("Pad", "with zeros", ["N", 3], (g) => [g.ints([0, 1, 0, 2])]),
  moved("Pad", "with a negative width", ["N", 4], (g) => [g.ints([0, -1, 0, 2])]),
  moved("Pad", "along one axis", ["N", 2, 3], (g) => [g.ints([2, 1]), "", g.ints([-1])]),
  {
    op: "Pad",
    name: "Pad with a value that is differentiated too",
    inputs: { x: ["N", 4], value: [] },
    build: (g) => square(g, g.node("Pad", ["x", g.ints([0, -1, 0, 2]), "value"])),
  },
  {
    op: "Range",
    name: "Range to gather from the end",
    inputs: { x: ["N", 4] },
    build(g) {
      const places = g.node("Range", [indices(g, [], [3]), indices(g, [], [-1]), indices(g, [], [-2])]);
      return square(g, g.node("Gather", ["x", places], axis(1)));
    },
  },
  {
    op: "Range",
    name: "Range over the batch as a factor",
    inputs: { x: ["N", 2] },
    build(g) {
      const size = g.node("Squeeze", [g.node("Shape", ["x"], { end: { int: 1 } }), g.ints([0])]);
      const rows = g.node("Range", [indices(g, [], [0]), size, indices(g, [], [1])]);
      return g.node("Mul", [square(g, "x"), g.node("CastLike", [g.node("Unsqueeze", [rows, g.ints([1])]), "x"])]);
    },
  },
  moved("Reshape", "with kept and open sizes", ["N", 2, 3], (g) => [g.ints([0, -1])]),
  moved("Reshape", "to a vector", ["N", 4], (g) => [g.ints([-1])]),
  moved("Reshape", "to a shape computed from another", ["N", 4], (g) => [
    g.node("Concat", [g.node("Shape", ["x"], { end: { int: 1 } }), g.ints([2, 2])], axis(0)),
  ]),
  resize("to twice the size", ["N", 1, 2, 3], [1, 1, 2, 2], "nearest", {}),
  resize("to other scales, rounded down", ["N", 2, 4, 3], [1, 1, 0.5, 1.5], "nearest", {
    nearest_mode: { string: "floor" },
    coordinate_transformation_mode: { string: "asymmetric" },
  }),
  resize("rounded up", ["N", 1, 3, 3], [1, 1, 1.5, 2], "nearest", {
    nearest_mode: { string: "ceil" },
    coordinate_transformation_mode: { string: "align_corners" },
  }),
  resize("linearly to twice the size", ["N", 1, 2, 3], [1, 1, 2, 2], "linear", {}),
  resize("linearly with corners aligned", ["N", 1, 3, 2], [1, 1, 2, 1.5], "linear", {
    coordinate_transformation_mode: { string: "align_corners" },
  }),
  resize("linearly as PyTorch does", ["N", 1, 4, 4], [1, 1, 0.5, 0.75], "linear", {
    coordinate_transformation_mode: { string: "pytorch_half_pixel" },
  }),
  resize("of sequences, linearly", ["N", 2, 4], [1, 1, 2.5], "linear", {
    coordinate_transformation_mode: { string: "asymmetric" },
  }),
  moved(
    "Resize",
    "to given sizes",
    ["N", 1, 4, 2],
    (g) => ["", "", g.node("Concat", [g.node("Shape", ["x"], { end: { int: 2 } }), g.ints([6, 3])], axis(0))],
    { mode: { string: "linear" } },
  ),
  ...["add", "max", "min"].map(
    (reduction): GradientCase => ({
      op: "ScatterElements",
      name: `ScatterElements, reduction ${reduction}`,
      inputs: { x: [3, 3], updates: [3, 2] },
      build(g) {
        const attributes: Attributes = { axis: { int: 1 }, reduction: { string: reduction } };
        return square(
          g,
          g.node("ScatterElements", ["x", indices(g, [3, 2], [0, 0, 2, 1, -1, 1]), "updates"], attributes),
        );
      },
    }),
  ),
  {
    op: "ScatterElements",
    name: "ScatterElements that overwrites",
    inputs: { x: [3, 2], updates: [2, 2] },
    build: (g) => square(g, g.node("ScatterElements", ["x", indices(g, [2, 2], [0, 2, 1, -2]), "updates"])),
  },
  ...["none", "add", "max", "min"].map(
    (reduction): GradientCase => ({
      op: "ScatterND",
      name: `ScatterND of elements, reduction ${reduction}`,
      inputs: { x: [3, 3], updates: [3] },
      build(g) {
        const places = indices(g, [3, 2], reduction === "none" ? [0, 1, 2, 2, -2, 0] : [0, 1, 2, 2, 0, 1]);
        return square(g, g.node("ScatterND", ["x", places, "updates"], { reduction: { string: reduction } }));
      },
    }),
  ),
  {
    op: "ScatterND",
    name: "ScatterND of rows",
    inputs: { x: [3, 2], updates: [2, 2] },
    build: (g) => square(g, g.node("ScatterND", ["x", indices(g, [2, 1], [2, 0]), "updates"])),
  },
  {
    op: "Shape",
    name: "Shape as a number of elements",
    inputs: { x: ["N", 3] },
    build(g) {
      const columns = g.node("Shape", ["x"], { start: { int: -1 } });
      return g.node("Mul", [square(g, "x"), g.node("CastLike", [columns, "x"])]);
    },
  },
  {
    op: "Size",
    name: "Size as a divisor",
    inputs: { x: ["N", 3] },
    build: (g) => g.node("Div", [square(g, "x"), g.node("CastLike", [g.node("Size", ["x"]), "x"])]),
  },
  slice("of columns", ["N", 5], [1], [4], [1]),
  slice("to the end", ["N", 5], [2], [BIG], [-1]),
  slice("from the end", ["N", 5], [-3], [-1], [1]),
  slice("of every second", ["N", 5], [0], [5], [1], [2]),
  slice("of every second from the second, two axes", [4, 5], [1, 1], [4, 4], [0, 1], [1, 2]),
  slice("of every third that does not end on the grid", ["N", 8], [1], [8], [1], [3]),
  slice("backwards", ["N", 5], [-1], [-BIG], [1], [-1]),
  slice("backwards by two", ["N", 5], [3], [0], [1], [-2]),
  moved("Slice", "of sizes that only a run tells", ["N", 5], (g) => [
    g.ints([0, 1]),
    g.node("Concat", [g.node("Shape", ["x"], { end: { int: 1 } }), g.ints([4])], axis(0)),
  ]),
  slice("without axes", [3, 4], [1, 0], [3, 2]),
  moved("SpaceToDepth", "of blocks of two", ["N", 2, 2, 4], undefined, { blocksize: { int: 2 } }),
  split("into given sizes", 3, [1, 3, 1], 1),
  split("into parts of which the last is smaller", 2, undefined, -1),
  {
    op: "Split",
    name: "Split of which one part is used",
    inputs: { x: ["N", 5] },
    build: (g) => square(g, g.nodeOutputs("Split", ["x", g.ints([2, 3])], axis(1), 2)[1]),
  },
  moved("Squeeze", "of given axes", ["N", 1, 2, 1], (g) => [g.ints([-1, 1])]),
  moved("Squeeze", "of every axis of size 1", [3, 1, 2, 1]),
  moved("Tile", "of rows and columns", [2, 3], (g) => [g.ints([2, 3])]),
  moved("Tile", "within a batch", ["N", 2, 2], (g) => [g.ints([1, 1, 3])]),
  moved("Tile", "of the batch", ["N", 2], (g) => [g.ints([2, 1])]),
  {
    op: "TopK",
    name: "TopK of the largest",
    inputs: { x: ["N", 5] },
    build: (g) => square(g, g.nodeOutputs("TopK", ["x", g.ints([2])], {}, 2)[0]),
  },
  {
    op: "TopK",
    name: "TopK of the smallest, places asked for too",
    inputs: { x: [4, 3] },
    build(g) {
      const attributes = { axis: { int: 0 }, largest: { int: 0 } };
      const [values, places] = g.nodeOutputs("TopK", ["x", g.ints([3])], attributes, 2);
      return g.node("Mul", [square(g, values), g.node("CastLike", [places, values])]);
    },
  },
  moved("Transpose", "by default", ["N", 2, 3]),
  moved("Transpose", "by a cycle", ["N", 2, 3], undefined, { perm: { ints: [1, 2, 0] } }),
  moved("Trilu", "of the upper part", ["N", 3, 4]),
  moved("Trilu", "of the lower part, shifted", ["N", 3, 3], (g) => [indices(g, [], [-1])], { upper: { int: 0 } }),
  moved("Unsqueeze", "at given places", ["N", 2], (g) => [g.ints([-1, 1])]),
];
