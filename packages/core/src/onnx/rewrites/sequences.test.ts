// Lists of tensors written out, against the runtime's own, over random sizes, parts, axes and positions.

import fc from "fast-check";
import { expect, test } from "vitest";
import { runModel } from "../../../test/runtime.ts";
import { sizeOf, type Tensor, tensor } from "../../tensor.ts";
import type { Attributes, Node, OnnxModel } from "../graph.ts";
import { readModel, writeModel } from "../proto.ts";
import { upgrade } from "../upgrade.ts";

const node = (op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): Node => {
  return { op, domain: "", name: output, inputs, outputs: [output], attributes };
};
const number = (value: number) => tensor("int64", [], [value]);

const model = (shape: readonly number[], nodes: readonly Node[], constants: Record<string, Tensor>): OnnxModel => ({
  graph: {
    name: "g",
    inputs: [{ name: "x", type: "float32", shape }],
    outputs: [{ name: "y" }],
    initializers: new Map(Object.entries(constants)),
    nodes,
  },
  opsets: { "": 17 },
  metadata: {},
  producer: "test",
});

async function agrees(original: OnnxModel): Promise<void> {
  const [{ shape }] = original.graph.inputs;
  const sizes = shape as readonly number[];
  const data = Array.from({ length: sizeOf(sizes) }, (_, i) => Math.fround(Math.sin(3 * i + 1)));
  const x = { type: "float32" as const, shape: sizes, data };
  const written = upgrade(readModel(writeModel(original)));
  const [expected, got] = [await runModel(original, { x }), await runModel(written, { x })];
  expect(got.y).toEqual(expected.y);
}

const world = fc.record({
  shape: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
  axisAt: fc.nat({ max: 2 }),
  isFromEnd: fc.boolean(),
  cuts: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
  kind: fc.constantFrom("sizes", "size", "single", "squeezed"),
  at: fc.nat({ max: 30 }),
  isLast: fc.boolean(),
});

test("a part of a tensor that was cut is that part", () =>
  fc.assert(
    fc.asyncProperty(world, async ({ shape, axisAt, isFromEnd, cuts, kind, at, isLast }) => {
      const along = axisAt % shape.length;
      const axis = isFromEnd ? along - shape.length : along;
      const total = cuts.reduce((sum, each) => sum + each, 0);
      const sizes = kind === "sizes" ? shape.with(along, total) : shape;
      const split = kind === "sizes" ? tensor("int64", [cuts.length], cuts) : number(cuts[0]);
      const hasSplit = kind === "sizes" || kind === "size";
      const count = { sizes: cuts.length, size: Math.ceil(shape[along] / cuts[0]) }[kind as string] ?? shape[along];
      const keepdims = { keepdims: { int: kind === "squeezed" ? 0 : 1 } };
      const nodes = [
        node("SplitToSequence", hasSplit ? ["x", "split"] : ["x"], "parts", { axis: { int: axis }, ...keepdims }),
        node("SequenceAt", ["parts", "at"], "y"),
      ];
      const position = (at % count) - (isLast ? count : 0);
      await agrees(model(sizes, nodes, { ...(hasSplit && { split }), at: number(position) }));
    }),
    { seed: 2, numRuns: 60 },
  ));

test("lists that grow, shrink and are joined again", () =>
  fc.assert(
    fc.asyncProperty(fc.boolean(), fc.integer({ min: -3, max: 2 }), async (isNew, at) => {
      const nodes = [
        node("Neg", ["x"], "minus"),
        node("Exp", ["x"], "power"),
        node("SequenceEmpty", [], "none"),
        node("SequenceInsert", ["none", "x"], "one"),
        node("SequenceInsert", ["one", "minus"], "two"),
        node("SequenceConstruct", ["x", "power", "minus"], "three"),
        node("SequenceErase", ["three", "at"], "rest"),
        node("SequenceAt", ["two", "last"], "second"),
        node("SequenceInsert", ["rest", "second", "first"], "all"),
        node("ConcatFromSequence", ["all"], "joined", { axis: { int: 1 }, new_axis: { int: isNew ? 1 : 0 } }),
        node("SequenceLength", ["all"], "length"),
        node("Cast", ["length"], "count", { to: { int: 1 } }),
        node("Mul", ["joined", "count"], "y"),
      ];
      await agrees(model([2, 3], nodes, { at: number(at), last: number(-1), first: number(0) }));
    }),
    { seed: 3, numRuns: 12 },
  ));

test("a position that follows from the input is refused by the node's name", () => {
  const nodes = [
    node("SplitToSequence", ["x"], "parts"),
    node("ArgMax", ["x"], "place", { axis: { int: 0 }, keepdims: { int: 0 } }),
    node("SequenceAt", ["parts", "place"], "y"),
  ];
  expect(() => upgrade(model([4], nodes, {}))).toThrow(
    /unsupported node "y" \(SequenceAt\): expected a position that is/,
  );
});

test("parts and positions that no list has are refused by the node's name", () => {
  const split = (size: number) => () =>
    upgrade(model([4], [node("SplitToSequence", ["x", "size"], "y")], { size: number(size) }));
  expect(split(0)).toThrow(/node "y" \(SplitToSequence\): expected at most \d+ parts, got parts of 0 of a length of 4/);
  expect(split(-2)).toThrow(/got parts of -2/);
  for (const [op, at] of [
    ["SequenceAt", 2],
    ["SequenceErase", -3],
    ["SequenceErase", 2],
  ] as const) {
    const nodes = [node("SplitToSequence", ["x", "size"], "parts"), node(op, ["parts", "at"], "y")];
    const outside = () => upgrade(model([4], nodes, { size: number(2), at: number(at) }));
    expect(outside).toThrow(new RegExp(`node "y" \\(${op}\\): expected a position in a list of 2, got ${at}`));
  }
  const joined = [node("SequenceEmpty", [], "none"), node("ConcatFromSequence", ["none"], "y", { axis: { int: 0 } })];
  expect(() => upgrade(model([4], joined, {}))).toThrow(/expected a list of at least one tensor, got an empty one/);
});
