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
  moved("Pad", "with zeros", ["N", 3], (g) => [g.ints([0, 1, 0, 2])]),
  moved("Pad", "with a negative width", ["N", 4], (g) => [g.ints([0, -1, 0, 2])]),
  moved("Pad", "along one axis", ["N", 2, 3], (g) => [g.ints([2, 1]), "", g.ints([-1])]),
  {
    op: "Pad",
    name: "Pad with a value that is differentiated too",
    inputs: { x: ["N", 4], value: [] },
    build: (g) => square(g, g.node("Pad", ["x", g.ints([0, -1, 0, 2]), "value"])),
  },
  moved("Reshape", "with kept and open sizes", ["N", 2, 3], (g) => [g.ints([0, -1])]),
  moved("Reshape", "to a vector", ["N", 4], (g) => [g.ints([-1])]),
  moved("Reshape", "to a shape computed from another", ["N", 4], (g) => [
    g.node("Concat", [g.node("Shape", ["x"], { end: { int: 1 } }), g.ints([2, 2])], axis(0)),
  ]),
  {
    op: "ScatterElements",
    name: "ScatterElements that adds",
    inputs: { x: [3, 3], updates: [3, 2] },
    build(g) {
      const attributes: Attributes = { axis: { int: 1 }, reduction: { string: "add" } };
      return square(
        g,
        g.node("ScatterElements", ["x", indices(g, [3, 2], [0, 0, 2, 1, -1, 1]), "updates"], attributes),
      );
    },
  },
  {
    op: "ScatterElements",
    name: "ScatterElements that overwrites",
    inputs: { x: [3, 2], updates: [2, 2] },
    build: (g) => square(g, g.node("ScatterElements", ["x", indices(g, [2, 2], [0, 2, 1, -2]), "updates"])),
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
  slice("without axes", [3, 4], [1, 0], [3, 2]),
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
  moved("Transpose", "by default", ["N", 2, 3]),
  moved("Transpose", "by a cycle", ["N", 2, 3], undefined, { perm: { ints: [1, 2, 0] } }),
  moved("Unsqueeze", "at given places", ["N", 2], (g) => [g.ints([-1, 1])]),
];
