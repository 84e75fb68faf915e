import { describe, expect, test } from "vitest";
import { evaluate } from "../../test/reference/evaluate.ts";
import { run } from "../../test/runtime.ts";
import { InputError } from "../errors.ts";
import { tensor } from "../tensor.ts";
import { GraphBuilder } from "./builder.ts";
import { differentiate, gradientName } from "./differentiate.ts";
import type { Attributes } from "./graph.ts";

/** y = w x + x^2 per sample, with a product of its own along the way. */
function quadratic() {
  const g = new GraphBuilder();
  g.input("x", "float64", ["N"]);
  g.initializer("w", tensor("float64", [], [3]));
  g.output(g.node("Add", [g.node("Mul", ["w", "x"]), g.node("Mul", ["x", "x"])]), "y");
  g.output(g.node("Exp", ["x"]), "other");
  return g.graph();
}

const x = { type: "float64" as const, shape: [2], data: [1, -2] };

describe("the gradient", () => {
  test("holds each sample's own derivative in its row", () => {
    const graph = differentiate(quadratic(), { of: "y", by: "x" });
    expect(evaluate(graph, { x })[gradientName("y", "x")]).toEqual({ ...x, data: [5, -1] });
  });

  test("by an initializer sums over the samples", () => {
    const graph = differentiate(quadratic(), { of: "y", by: "w" });
    expect(evaluate(graph, { x })[gradientName("y", "w")].data).toEqual([-1]);
  });

  test("by a value that does not matter is zero, in that value's shape", () => {
    const graph = differentiate(quadratic(), { of: "other", by: ["w", "x"] });
    const values = evaluate(graph, { x });
    expect(values[gradientName("other", "w")]).toEqual({ type: "float64", shape: [], data: [0] });
    expect(values[gradientName("other", "x")].data).toEqual([Math.E, Math.exp(-2)]);
  });

  test("of a value by itself is one", () => {
    const graph = differentiate(quadratic(), { of: "y", by: "y" });
    expect(evaluate(graph, { x })[gradientName("y", "y")].data).toEqual([1, 1]);
  });

  test("of several values comes beside the outputs that are kept, and nothing else is computed", () => {
    const graph = differentiate(quadratic(), { of: ["y", "other"], by: "x", keep: ["other"] });
    expect(graph.outputs.map(({ name }) => name)).toEqual([
      "other",
      gradientName("y", "x"),
      gradientName("other", "x"),
    ]);
    const alone = differentiate(quadratic(), { of: "other", by: "x", keep: [] });
    expect(alone.nodes.some(({ op }) => op === "Add")).toBe(false);
    expect([...alone.initializers.keys()]).not.toContain("w");
  });

  test("declares the type and shape of what it is taken by", () => {
    const [, , output] = differentiate(quadratic(), { of: "y", by: "x" }).outputs;
    expect(output).toEqual({ name: gradientName("y", "x"), type: "float64", shape: ["N"] });
  });
});

describe("what cannot be differentiated is an input error that names it", () => {
  const node = (op: string, domain: string, attributes: Attributes = {}) => ({
    name: "g",
    inputs: [{ name: "x", type: "float32" as const, shape: ["N", 1, "H", 4] }],
    outputs: [{ name: "y" }],
    initializers: new Map([["w", tensor("float32", [1, 1, 2, 2], [1, 2, 3, 4])]]),
    nodes: [{ op, domain, name: "the node", inputs: ["x", "w"], outputs: ["y"], attributes }],
  });

  test.each([
    ["an operator without a rule", () => differentiate(node("Det", ""), { of: "y", by: "x" }), /"the node" \(Det\)/],
    ["another domain", () => differentiate(node("SVMClassifier", "ai.onnx.ml"), { of: "y", by: "x" }), /ai.onnx.ml/],
    ["no such value", () => differentiate(quadratic(), { of: "z", by: "x" }), /"z".*no such value/],
    ["an unknown spatial size", () => differentiate(node("Conv", ""), { of: "y", by: "x" }), /spatial sizes.*"H"/],
    [
      "an input without a shape",
      () => differentiate({ ...node("Conv", ""), inputs: [{ name: "x" }] }, { of: "y", by: "x" }),
      /input "x"/,
    ],
  ])("%s", (_, attempt, message) => {
    expect(attempt).toThrow(InputError);
    expect(attempt).toThrow(message);
  });
});

describe("a node that cannot be computed is refused when it is added", () => {
  const image = () => {
    const g = new GraphBuilder();
    g.input("x", "float32", ["N", 3, 4, 4]);
    return g;
  };
  const weights = (g: GraphBuilder, ...shape: readonly number[]) =>
    g.constant(tensor("float32", shape, new Array<number>(shape.reduce((a, b) => a * b)).fill(1)));

  test.each<[string, (g: GraphBuilder) => string, RegExp]>([
    ["channels that do not fit", (g) => g.node("Conv", ["x", weights(g, 2, 2, 3, 3)]), /2 channels.*got 3/],
    ["a kernel larger than the input", (g) => g.node("Conv", ["x", weights(g, 2, 3, 5, 5)]), /fits into/],
    ["pooling without a kernel", (g) => g.node("MaxPool", ["x"]), /kernel_shape/],
    [
      "dropout in training",
      (g) => g.node("Dropout", ["x", "", g.constant(tensor("bool", [], [1]))]),
      /dropout at inference/,
    ],
    ["shapes that do not broadcast", (g) => g.node("Add", ["x", weights(g, 5)]), /broadcast/],
    ["an axis that does not exist", (g) => g.node("ReduceSum", ["x", g.ints([4])]), /axis from -4 to 3/],
    ["a reshape to another size", (g) => g.node("Reshape", [weights(g, 6), g.ints([4])]), /6 elements/],
  ])("%s", (_, add, message) => {
    expect(() => add(image())).toThrow(InputError);
    expect(() => add(image())).toThrow(message);
  });
});

test("a Reshape of an open batch has a constant target, so that two in a row run", async () => {
  const g = new GraphBuilder();
  g.input("x", "float32", ["N", 2, 3]);
  const flat = g.node("Flatten", [g.node("Reshape", [g.node("Mul", ["x", "x"]), g.ints([0, 3, 2])])]);
  g.output(g.node("ReduceSum", [g.node("Exp", [flat])], { keepdims: { int: 0 } }), "loss");
  const gradient = differentiate(g.graph(), { of: "loss", by: "x" });
  const targets = gradient.nodes.filter(({ op }) => op === "Reshape").map(({ inputs }) => inputs[1]);
  expect(targets.length).toBeGreaterThanOrEqual(3);
  expect(targets.every((name) => gradient.initializers.has(name))).toBe(true);
  const x = { type: "float32" as const, shape: [2, 2, 3], data: Array.from({ length: 12 }, (_, i) => i / 8 - 0.5) };
  const { [gradientName("loss", "x")]: slope } = await run(gradient, { x });
  expect(slope.shape).toEqual([2, 2, 3]);
  slope.data.forEach((value, i) => {
    expect(value).toBeCloseTo(2 * x.data[i] * Math.exp(x.data[i] ** 2), 5);
  });
});
