// What is followed through shape arithmetic, entry by entry; the runtime is the judge where the batch is bound.

import { expect, test } from "vitest";
import { run } from "../../test/runtime.ts";
import { tensor } from "../tensor.ts";
import { GraphBuilder } from "./builder.ts";
import { differentiate, gradientName } from "./differentiate.ts";
import type { Dim } from "./dim.ts";
import type { Attributes } from "./graph.ts";
import { contentOf } from "./valueType.ts";

const axis = (at: number): Attributes => ({ axis: { int: at } });
const scalar = (g: GraphBuilder, value: number) => g.constant(tensor("int64", [], [value]));
const shapeOf = (g: GraphBuilder) => g.node("Shape", ["x"]);
const batchOf = (g: GraphBuilder) => g.node("Gather", [shapeOf(g), scalar(g, 0)], axis(0));

/** Chains as exporters write them, of x [N, 4, 6], with what must be known; "?" stands for what cannot be. */
const chains: readonly (readonly [string, (g: GraphBuilder) => string, readonly Dim[]])[] = [
  [
    "heads of an attention",
    (g) => g.node("Concat", [g.node("Unsqueeze", [batchOf(g), g.ints([0])]), g.ints([-1, 2])], axis(0)),
    ["N", -1, 2],
  ],
  ["windows counted", (g) => g.node("Mul", [batchOf(g), g.node("Div", [scalar(g, 7), scalar(g, 2)])]), ["3*N"]],
  ["a batch taken apart", (g) => g.node("Div", [g.node("Mul", [batchOf(g), scalar(g, 6)]), scalar(g, 3)]), ["2*N"]],
  [
    "the last axes in reverse",
    (g) => g.node("Slice", [shapeOf(g), g.ints([-1]), g.ints([0]), g.ints([0]), g.ints([-1])]),
    [6, 4],
  ],
  [
    "-1 replaced in the target of an Expand",
    (g) => {
      const target = g.node("Concat", [g.node("Unsqueeze", [batchOf(g), g.ints([0])]), g.ints([-1])], axis(0));
      const ones = g.node("ConstantOfShape", [g.ints([2])], { value: { tensor: tensor("int64", [1], [1]) } });
      return g.node("Where", [g.node("Equal", [target, g.ints([-1, -1])]), ones, target]);
    },
    ["N", 1],
  ],
  [
    "a sum of which nothing is known",
    (g) =>
      g.node(
        "Concat",
        [g.node("Unsqueeze", [g.node("Add", [batchOf(g), scalar(g, 1)]), g.ints([0])]), g.ints([5])],
        axis(0),
      ),
    ["?", 5],
  ],
  [
    "margins as PyTorch computes them",
    (g) => {
      const pairs = g.node("Reshape", [g.ints([1, 2, 3, 4, 0, 0]), g.ints([-1, 2])]);
      const turned = g.node("Slice", [pairs, g.ints([-1]), g.ints([-9]), g.ints([0]), g.ints([-1])]);
      return g.node("Reshape", [g.node("Transpose", [turned]), g.ints([-1])]);
    },
    [0, 3, 1, 0, 4, 2],
  ],
  [
    "a remainder, rounded up to a multiple",
    (g) => {
      const width = g.node("Gather", [shapeOf(g), scalar(g, 2)], axis(0));
      return g.node("Mod", [g.node("Sub", [scalar(g, 4), g.node("Mod", [width, scalar(g, 4)])]), scalar(g, 4)]);
    },
    [2],
  ],
  [
    "a scale in real numbers",
    (g) => {
      const real = g.node("Cast", [g.node("Slice", [shapeOf(g), g.ints([1]), g.ints([3])])], { to: { int: 1 } });
      return g.node(
        "Cast",
        [g.node("Floor", [g.node("Mul", [real, g.constant(tensor("float32", [2], [1.5, 0.75]))])])],
        { to: { int: 7 } },
      );
    },
    [6, 4],
  ],
  ["positions that are not 0", (g) => g.node("NonZero", [g.node("Greater", [shapeOf(g), g.ints([9, 4, 5])])]), []],
  [
    "positions of known numbers",
    (g) => g.node("NonZero", [g.node("Greater", [g.ints([4, 6, 1]), g.ints([1, 4, 5])])]),
    [0, 1],
  ],
  ["a range", (g) => g.node("Range", [scalar(g, 5), scalar(g, 0), scalar(g, -2)]), [5, 3, 1]],
  ["the number of elements", (g) => g.node("ReduceProd", [shapeOf(g)], { keepdims: { int: 0 } }), ["24*N"]],
];

test.each(chains)("%s", async (_, build, expected) => {
  const g = new GraphBuilder();
  g.input("x", "float32", ["N", 4, 6]);
  const value = build(g);
  const content = contentOf(g.type(value)) ?? [];
  expect(content.map((entry) => (String(entry).startsWith("?") ? "?" : entry))).toEqual(expected);
  g.output(value);
  const x = { type: "float32", shape: [3, 4, 6], data: new Array<number>(72).fill(1) } as const;
  const { [value]: computed } = await run(g.graph(), { x }, { optimize: false });
  content.forEach((entry, i) => {
    if (!String(entry).startsWith("?")) expect(computed.data[i]).toBe(bound(entry));
  });
});

/** A product with N = 3. */
function bound(entry: Dim): number {
  return String(entry)
    .split("*")
    .reduce((product, part) => product * (part === "N" ? 3 : Number(part)), 1);
}

test("a mask with infinite entries is no fault", () => {
  const g = new GraphBuilder();
  const mask = g.constant(tensor("bool", [2], [1, 0]));
  const bounds = g.constant(tensor("float32", [2], [0, Number.NEGATIVE_INFINITY]));
  const y = g.node("Where", [mask, bounds, g.node("Neg", [bounds])]);
  expect(g.type(y).shape).toEqual([2]);
});

test("a gradient does not compute what is known: no arithmetic of shapes is left", async () => {
  const g = new GraphBuilder();
  g.input("x", "float32", ["N", 4, 6]);
  const width = g.node("Gather", [shapeOf(g), scalar(g, 2)], axis(0));
  const half = g.node("Unsqueeze", [g.node("Div", [width, scalar(g, 2)]), g.ints([0])]);
  const target = g.node("Concat", [g.ints([-1, 4]), half, g.ints([2])], axis(0));
  g.output(g.node("ReduceSumSquare", [g.node("Reshape", ["x", target])], { keepdims: { int: 0 } }), "y");
  const graph = differentiate(g.graph(), { of: "y", by: "x" });
  expect(graph.nodes.filter(({ op }) => ["Gather", "Div", "Concat"].includes(op))).toEqual([]);
  const x = { type: "float32", shape: [1, 4, 6], data: Array.from({ length: 24 }, (_, i) => i) } as const;
  const gradient = (await run(graph, { x }))[gradientName("y", "x")];
  gradient.data.forEach((each, i) => {
    expect(each).toBe(2 * i);
  });
});
