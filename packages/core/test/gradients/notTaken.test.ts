// Branches that are not taken: what is infinite there, or no number, reaches no gradient.

import fc from "fast-check";
import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/onnx/builder.ts";
import { addGradients } from "../../src/onnx/differentiate.ts";
import type { Graph } from "../../src/onnx/graph.ts";
import { prune } from "../../src/onnx/prune.ts";
import { simplify } from "../../src/onnx/simplify.ts";
import { type FloatType, tensor } from "../../src/tensor.ts";
import { evaluate } from "../reference/evaluate.ts";
import type { Value } from "../reference/value.ts";
import { run } from "../runtime.ts";

type Unary = (g: GraphBuilder, x: string) => string;

const op =
  (name: string): Unary =>
  (g, x) =>
    g.node(name, [x]);

/** Functions that are infinite, or no numbers, somewhere at or below 0. */
const singular: Readonly<Record<string, Unary>> = {
  "sqrt x": op("Sqrt"),
  "log x": op("Log"),
  "1/x": op("Reciprocal"),
  "2/x": (g, x) => g.node("Div", [g.scalar(2, x), x]),
  "x^0.5": (g, x) => g.node("Pow", [x, g.scalar(0.5, x)]),
  "x^-1.5": (g, x) => g.node("Pow", [x, g.scalar(-1.5, x)]),
  "x^x": (g, x) => g.node("Pow", [x, x]),
  "e^(-1000x)": (g, x) => g.node("Exp", [g.node("Mul", [x, g.scalar(-1000, x)])]),
  "log sum": (g, x) =>
    g.node("ReduceLogSum", [g.node("Unsqueeze", [x, g.ints([1])]), g.ints([1])], { keepdims: { int: 0 } }),
};

/** What stands behind them; b is another value that is differentiated by. */
const outer: Readonly<Record<string, Unary>> = {
  abs: op("Abs"),
  cos: op("Cos"),
  elu: op("Elu"),
  erf: op("Erf"),
  negative: op("Neg"),
  plus: (g, x) => g.node("Add", [x, "b"]),
  product: (g, x) => g.node("Mul", [x, "b"]),
  "product with x": (g, x) => g.node("Mul", [x, "x"]),
  quotient: (g, x) => g.node("Div", ["b", g.node("Add", [g.node("Mul", [x, x]), g.scalar(0.5, x)])]),
  relu: op("Relu"),
  sigmoid: op("Sigmoid"),
  softplus: op("Softplus"),
  softsign: op("Softsign"),
  square: (g, x) => g.node("Mul", [x, x]),
  tanh: op("Tanh"),
};

/** Gradients of the sum of y by x and b, and the gradient along directions by x and b again. */
function derivatives(type: FloatType, branch: (g: GraphBuilder, x: string, taken: string) => string) {
  const g = new GraphBuilder();
  for (const name of ["x", "u"]) g.input(name, type, ["N"]);
  for (const name of ["b", "v"]) g.input(name, type, []);
  const taken = g.node("Greater", ["x", g.scalar(0, "x")]);
  const y = branch(g, "x", taken);
  const first = addGradients(g, y, ["x", "b"]);
  const terms = first.map((gradient, i) => g.node("Mul", [gradient, i === 0 ? "u" : "v"]));
  const along = g.node("Add", terms);
  const second = addGradients(g, along, ["x", "b"]);
  for (const [i, value] of [y, ...first, ...second].entries()) g.output(value, `result${i}`);
  return g.graph();
}

const numbers = [-1.5, -0.25, 0, 0.5, 0.75, 2];
const feeds = (type: FloatType): Record<string, Value> => ({
  x: { type, shape: [numbers.length], data: numbers },
  u: { type, shape: [numbers.length], data: numbers.map((_, i) => 1 - 0.25 * i) },
  b: { type, shape: [], data: [0.75] },
  v: { type, shape: [], data: [-0.5] },
});

function expectEqual(
  got: Readonly<Record<string, Value>>,
  expected: Readonly<Record<string, Value>>,
  tolerance: number,
) {
  for (const [name, { data }] of Object.entries(expected)) {
    expect(got[name].data.every(Number.isFinite)).toBe(true);
    const scale = Math.max(1, ...data.map(Math.abs));
    for (const [i, each] of data.entries()) expect(Math.abs(got[name].data[i] - each)).toBeLessThan(tolerance * scale);
  }
}

test("derivatives of Where(x > 0, f(x), x) are those of a branch that is finite everywhere", async () => {
  const names = fc.tuple(
    fc.constantFrom(...Object.keys(singular)),
    fc.array(fc.constantFrom(...Object.keys(outer)), { maxLength: 3 }),
  );
  await fc.assert(
    fc.asyncProperty(names, async ([inner, behind]) => {
      const f: Unary = (g, x) => behind.reduce((value, name) => outer[name](g, value), singular[inner](g, x));
      const plain = (type: FloatType) => derivatives(type, (g, x, taken) => g.node("Where", [taken, f(g, x), x]));
      // Where the branch is not taken, it is given a number at which it is finite.
      const safe = derivatives("float64", (g, x, taken) =>
        g.node("Where", [taken, f(g, g.node("Where", [taken, x, g.scalar(0.5, x)])), x]),
      );
      const expected = evaluate(safe, feeds("float64"));
      expectEqual(evaluate(plain("float64"), feeds("float64")), expected, 1e-9);
      expectEqual(await run(simplify(plain("float32")), feeds("float32")), expected, 1e-4);
    }),
    { seed: 11, numRuns: 100 },
  );
});

test.each<[string, Unary]>([
  ["sqrt of relu", (g, x) => g.node("Sqrt", [g.node("Relu", [x])])],
  ["power of relu", (g, x) => g.node("Pow", [g.node("Relu", [x]), g.scalar(0.5, x)])],
  // At 0 the maximum takes half of either: there the slope is infinite.
  ["power of a maximum", (g, x) => g.node("Pow", [g.node("Max", [x, g.scalar(1e-30, x)]), g.scalar(0.25, x)])],
  [
    "sqrt of the product with a step",
    (g, x) => {
      const step = g.node("CastLike", [g.node("Greater", [x, g.scalar(0, x)]), x]);
      return g.node("Sqrt", [g.node("Mul", [step, x])]);
    },
  ],
  ["norm of relu", (g, x) => g.node("Sqrt", [g.node("Mul", [g.node("Relu", [x]), g.node("Relu", [x])])])],
])("the gradient of %s is finite, 0 where the mask is", async (_, f) => {
  const graph = (type: FloatType) => derivatives(type, (g, x) => f(g, x));
  const got = evaluate(graph("float64"), feeds("float64"));
  expectEqual(await run(simplify(graph("float32")), feeds("float32")), got, 1e-4);
  const gradient = got.result1.data;
  numbers.forEach((x, i) => {
    expect(gradient[i] === 0).toBe(x <= 0);
  });
});

test("a row that is masked as a whole has no share in the gradient of attention, and the others keep theirs", () => {
  const g = new GraphBuilder();
  g.input("x", "float64", [2, 3]);
  const mask = g.constant(tensor("float64", [2, 3], [-Infinity, -Infinity, -Infinity, 0, -Infinity, 0]));
  const share = g.node("Softmax", [g.node("Add", ["x", mask])]);
  const known = g.node("Where", [g.node("IsNaN", [share]), g.scalar(0, "x"), share]);
  const [gradient] = addGradients(g, g.node("Mul", [known, known]), ["x"]);
  const x = [1, 2, 3, 0.5, -1, 0.25];
  const got = evaluate(g.graph([gradient]), { x: { type: "float64", shape: [2, 3], data: x } })[gradient].data;
  const p = 1 / (1 + Math.exp(0.25 - 0.5));
  // The derivative of p^2 + (1 - p)^2 by the first of two logits.
  const slope = 2 * (2 * p - 1) * p * (1 - p);
  for (const [i, each] of [0, 0, 0, slope, 0, -slope].entries()) expect(got[i]).toBeCloseTo(each, 12);
});

test.each<[string, Unary, number]>([
  ["sqrt x", op("Sqrt"), Infinity],
  ["log x", op("Log"), Infinity],
  ["1/x", op("Reciprocal"), -Infinity],
  ["x^0.5", (g, x) => g.node("Pow", [x, g.scalar(0.5, x)]), Infinity],
  ["3 sqrt x", (g, x) => g.node("Mul", [g.node("Sqrt", [x]), g.scalar(3, x)]), Infinity],
  ["sqrt 2x", (g, x) => g.node("Sqrt", [g.node("Add", [x, x])]), Infinity],
])("the infinite slope of %s at 0 is told as such", async (_, f, slope) => {
  const g = new GraphBuilder();
  g.input("x", "float32", ["N"]);
  const [gradient] = addGradients(g, f(g, "x"), ["x"]);
  g.output(gradient, "gradient");
  const { gradient: got } = await run(simplify(g.graph()), { x: { type: "float32", shape: [2], data: [0, 1] } });
  expect(got.data[0]).toBe(slope);
  expect(Number.isFinite(got.data[1])).toBe(true);
});

test("guards are left out where values are finite: normalisation written out, gelu, constant divisors", () => {
  const g = new GraphBuilder();
  g.input("x", "float32", ["N", 6]);
  const mean = g.node("ReduceMean", ["x", g.ints([1])]);
  const centered = g.node("Sub", ["x", mean]);
  const variance = g.node("ReduceMean", [g.node("Pow", [centered, g.scalar(2, "x")]), g.ints([1])]);
  const deviation = g.node("Sqrt", [g.node("Add", [variance, g.scalar(1e-5, "x")])]);
  const unit = g.node("Mul", [
    g.node("Div", [centered, deviation]),
    g.constant(tensor("float32", [6], [1, 2, 3, 4, 5, 6])),
  ]);
  const share = g.node("Erf", [g.node("Div", [unit, g.scalar(Math.SQRT2, "x")])]);
  const y = g.node("Mul", [unit, g.node("Add", [share, g.scalar(1, "x")])]);
  const forward = g.graph([y]);
  const [gradient] = addGradients(g, y, ["x"]);
  const count = (graph: Graph, name: string) => prune(graph).nodes.filter(({ op }) => op === name).length;
  for (const name of ["Where", "Abs"]) expect(count(g.graph([gradient]), name)).toBe(count(forward, name));
});
