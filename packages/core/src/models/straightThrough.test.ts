// Whole numbers computed with as such: gradients are those of the same operators on real ones.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runtime } from "../../test/linearWorld.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { elementTypeNumber } from "../onnx/elementType.ts";
import { writeModel } from "../onnx/proto.ts";
import { stream } from "../random.ts";
import { type ElementType, type Tensor, tensor } from "../tensor.ts";
import { kindsOf } from "./inputs.ts";
import { modelFromBytes } from "./model.ts";
import { openModel } from "./open.ts";

/** Columns of every value between the steps of a graph. */
const D = 4;
const K = 3;

type Numbers = "float32" | "int32" | "int64";

/** What is done to values [N, D] of a type, with constants of that type. */
type Step = (g: GraphBuilder, x: string, constant: (values: readonly number[]) => string) => string;

const binary =
  (op: string, isTurned = false): Step =>
  (g, x, constant) => {
    const other = constant([2, -1, 0, 3]);
    return g.node(op, isTurned ? [other, x] : [x, other]);
  };

const steps: Readonly<Record<string, Step>> = {
  Add: binary("Add"),
  Sub: binary("Sub", true),
  Mul: binary("Mul"),
  Max: binary("Max"),
  Min: binary("Min", true),
  Neg: (g, x) => g.node("Neg", [x]),
  Abs: (g, x) => g.node("Abs", [x]),
  Identity: (g, x) => g.node("Identity", [x]),
  Clip: (g, x, constant) => {
    const end = (value: number) =>
      g.node("Reshape", [g.node("Slice", [constant([value, 0, 0, 0]), g.ints([0]), g.ints([1])]), g.ints([])]);
    return g.node("Clip", [x, end(-3), end(40)]);
  },
  Reshape: (g, x) => g.node("Reshape", [g.node("Reshape", [x, g.ints([-1, 2, 2])]), g.ints([-1, D])]),
  Transpose: (g, x) => {
    const square = g.node("Reshape", [x, g.ints([-1, 2, 2])]);
    return g.node("Reshape", [g.node("Transpose", [square], { perm: { ints: [0, 2, 1] } }), g.ints([-1, D])]);
  },
  Gather: (g, x) => g.node("Gather", [x, g.ints([3, 1, 1, 0])], { axis: { int: 1 } }),
  Slice: (g, x) => g.node("Slice", [x, g.ints([-1, 0]), g.ints([-9, 1e9]), g.ints([1, 0]), g.ints([-1, 1])]),
  Concat: (g, x) => {
    const [left, right] = [0, 2].map((from) => g.node("Slice", [x, g.ints([from]), g.ints([from + 2]), g.ints([1])]));
    return g.node("Concat", [right, left], { axis: { int: 1 } });
  },
  Where: (g, x, constant) => {
    const isKept = g.constant(tensor("bool", [D], [1, 0, 1, 1]));
    return g.node("Where", [isKept, x, constant([7, 8, 9, 10])]);
  },
  MatMul: (g, x, constant) => {
    const square = g.node("Reshape", [constant([1, 0, -1, 2]), g.ints([2, 2])]);
    return g.node("Reshape", [g.node("MatMul", [g.node("Reshape", [x, g.ints([-1, 2])]), square]), g.ints([-1, D])]);
  },
  ReduceSum: (g, x) => g.node("Add", [x, g.node("ReduceSum", [x, g.ints([1])], { keepdims: { int: 1 } })]),
  // By what is not real numbers there is no gradient, but whole ones pass as they are.
  Equal: (g, x, constant) => g.node("Add", [x, g.node("CastLike", [g.node("Equal", [x, constant([1, 2, 3, 4])]), x])]),
};

/** The steps one after the other on numbers of a type, made real at the end, or in between. */
function chain(type: Numbers, names: readonly string[], seed: number): Uint8Array {
  const g = new GraphBuilder();
  const random = stream(seed, "head");
  let value = g.input("x", type, ["N", D]);
  const constant = (values: readonly number[]) => g.constant(tensor(type, [values.length], values));
  for (const name of names) value = steps[name](g, value, constant);
  const real = g.node("Cast", [value], { to: { int: elementTypeNumber("float32") } });
  const weights = g.constant(
    tensor(
      "float32",
      [D, K],
      Float32Array.from({ length: D * K }, () => 0.1 * random.normal()),
    ),
  );
  g.output(g.node("MatMul", [g.node("Tanh", [g.node("Mul", [real, g.scalar(0.1, real)])]), weights]), "scores");
  return writeModel(modelOf(g.graph()));
}

const chains = fc.record({
  names: fc.array(fc.constantFrom(...Object.keys(steps)), { minLength: 1, maxLength: 6 }),
  type: fc.constantFrom<Numbers>("int32", "int64"),
  seed: fc.nat(1000),
});

test("gradients by whole numbers are those of the same operators on real ones, and so are scores", async () => {
  const met = new Set<string>();
  await fc.assert(
    fc.asyncProperty(chains, async ({ names, type, seed }) => {
      const random = stream(seed, "rows");
      const x = tensor(
        "float32",
        [3, D],
        Float32Array.from({ length: 3 * D }, () => random.integer(9) - 4),
      );
      const labels = Int32Array.from([0, 1, 2]);
      const of = async (numbers: Numbers) => {
        const opened = await openModel(runtime, modelFromBytes(chain(numbers, names, seed)));
        const { gradient, scores } = await opened.differentiable!.inputGradient("crossEntropy", x, labels);
        const own = await opened.scores(x);
        await opened.close();
        return { gradient: gradient.data, scores: scores.data, own: own.data };
      };
      expect(await of(type)).toEqual(await of("float32"));
      for (const name of names) met.add(name);
    }),
    { numRuns: 150 },
  );
  expect([...met].sort()).toEqual(Object.keys(steps).sort());
});

describe("beside what chooses entries of a table", () => {
  const random = stream(1, "table");
  const drawn = (...shape: number[]): Tensor => {
    const size = shape.reduce((a, b) => a * b);
    return tensor(
      "float32",
      shape,
      Float32Array.from({ length: size }, () => random.normal()),
    );
  };
  /** Scores of two numbers, if there are such, and of an entry of a table. */
  const model = (numbers: ElementType | undefined) => {
    const g = new GraphBuilder();
    const which = g.input("which", "int64", ["N", 1]);
    const entry = g.node("Reshape", [g.node("Gather", [g.constant(drawn(5, 4)), which]), g.ints([-1, 4])]);
    const given = numbers && g.input("numbers", numbers, ["N", 2]);
    const doubled = given && g.node("Cast", [g.node("Add", [given, given])], { to: { int: 1 } });
    const all = g.node("Concat", doubled ? [doubled, entry] : [entry], { axis: { int: 1 } });
    g.output(g.node("MatMul", [all, g.constant(drawn(numbers ? 6 : 4, K))]), "scores");
    return modelFromBytes(writeModel(modelOf(g.graph())));
  };

  test("real numbers may change and have a gradient, the entry stays", async () => {
    const found = model("float32");
    expect(kindsOf(found.parts!)).toEqual(["fixed", "real", "real"]);
    const opened = await openModel(runtime, found);
    const x = tensor("float32", [2, 3], [1, 3, 4, 0, 2, 2]);
    const { gradient } = await opened.differentiable!.inputGradient("margin", x, Int32Array.of(0, 1));
    expect([...gradient.data].map((slope) => slope !== 0)).toEqual([false, true, true, false, true, true]);
    await opened.close();
  });

  test.each([undefined, "int32"] as const)("whole numbers stay as well (%s), and it is told what to attack", (type) => {
    const found = model(type);
    expect(new Set(kindsOf(found.parts!))).toEqual(new Set(["fixed"]));
    expect(found.unreadable).toContain("--attack-at");
  });
});
