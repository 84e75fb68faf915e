// Branches that a mask did not choose have no part in the gradient, however steep they are there.

import { expect, test } from "vitest";
import { run } from "../../test/runtime.ts";
import { tensor } from "../tensor.ts";
import { GraphBuilder } from "./builder.ts";
import { differentiate, gradientName } from "./differentiate.ts";

type Make = (g: GraphBuilder, x: string) => string;

const constant = (g: GraphBuilder, value: number) => g.constant(tensor("float32", [], [value]));
const chain =
  (...ops: readonly string[]): Make =>
  (g, x) =>
    ops.reduce((value, op) => g.node(op, [value]), x);
const power =
  (exponent: number): Make =>
  (g, x) =>
    g.node("Pow", [x, constant(g, exponent)]);

/** Functions with points where their slope, or that of a part of them, is infinite or no number. */
const steep: readonly (readonly [string, number, Make])[] = [
  ["sqrt at 0", 0, chain("Sqrt")],
  ["sqrt below 0", -1, chain("Sqrt")],
  ["log at 0", 0, chain("Log")],
  ["the logarithm of a logarithm of a negative number", -2, chain("Log", "Log")],
  ["1/x at 0", 0, chain("Reciprocal")],
  ["1/x at 0 as a quotient", 0, (g, x) => g.node("Div", [constant(g, 1), x])],
  ["sin x / x at 0", 0, (g, x) => g.node("Div", [chain("Sin")(g, x), x])],
  ["x^0.5 at 0", 0, power(0.5)],
  ["x^-1 at 0", 0, power(-1)],
  ["x^0.3 below 0", -1, power(0.3)],
  ["an exponent at the base 0", 0, (g, x) => g.node("Pow", [x, x])],
  ["e^x beyond all numbers", 200, chain("Exp")],
  [
    "1/(1 + e^-x) far below 0",
    -200,
    (g, x) => g.node("Reciprocal", [g.node("Add", [constant(g, 1), chain("Neg", "Exp")(g, x)])]),
  ],
  ["the square root of a norm at 0", 0, (g, x) => g.node("Sqrt", [g.node("Mul", [x, x])])],
  ["an infinite product", 200, (g, x) => g.node("Log", [g.node("Add", [constant(g, 1), chain("Exp")(g, x)])])],
];

test.each(steep)("%s is not asked for where another branch is chosen", async (_, at, make) => {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", [2]);
  const isElsewhere = g.node("Not", [g.node("Equal", [x, constant(g, at)])]);
  const other = g.node("Mul", [x, constant(g, 3)]);
  const y = g.node("Where", [isElsewhere, make(g, x), other]);
  g.output(g.node("ReduceSum", [y], { keepdims: { int: 0 } }), "sum");
  const graph = differentiate(g.graph(["sum"]), { of: "sum", by: "x", keep: [] });
  const result = await run(graph, { x: { type: "float32", shape: [2], data: [at, 1.5] } });
  const [there, elsewhere] = result[gradientName("sum", "x")].data;
  expect(there).toBe(3);
  // Where the function is chosen its slope is its own.
  const alone = new GraphBuilder();
  alone.output(
    alone.node("ReduceSum", [make(alone, alone.input("x", "float32", [2]))], { keepdims: { int: 0 } }),
    "sum",
  );
  const own = differentiate(alone.graph(["sum"]), { of: "sum", by: "x", keep: [] });
  const slopes = await run(own, { x: { type: "float32", shape: [2], data: [1.5, 1.5] } });
  expect(elsewhere).toBe(slopes[gradientName("sum", "x")].data[0]);
  expect(elsewhere).not.toBe(0);
});
