// Gradient cases of operators that treat each element by itself.

import type { Attributes } from "../../../src/onnx/graph.ts";
import { tensor } from "../../../src/tensor.ts";
import type { GradientCase } from "../check.ts";

const matrix = { x: ["N", 4] };
const positive: readonly [number, number] = [0.5, 2];

/** One input, a batch of rows. */
const unary = (op: string, range?: readonly [number, number]): GradientCase => ({
  op,
  name: op,
  inputs: matrix,
  build: (g) => g.node(op, ["x"]),
  ...(range && { range }),
});

/** Two inputs under every way of broadcasting. */
const binary = (op: string, range?: readonly [number, number]): GradientCase[] =>
  (
    [
      ["of equal shape", ["N", 4], ["N", 4]],
      ["with a row", ["N", 4], [4]],
      ["with a column", ["N", 4], ["N", 1]],
      ["with a scalar", [], ["N", 4]],
      ["with both stretched", ["N", 1, 2], [3, 1]],
    ] as const
  ).map(([name, a, b]) => ({
    op,
    name: `${op} ${name}`,
    inputs: { a, b },
    build: (g) => g.node(op, ["a", "b"]),
    ...(range && { range }),
  }));

/** A comparison steers which of two smooth branches is taken. */
const comparison = (op: string): GradientCase => ({
  op,
  name: `${op} as a condition`,
  inputs: { x: ["N", 4], y: [4] },
  build: (g) => g.node("Where", [g.node(op, ["x", "y"]), g.node("Mul", ["x", "x"]), g.node("Exp", ["y"])]),
});

/** With other attributes than the default, behind a square. */
const parametric = (op: string, attributes: Attributes): GradientCase => ({
  op,
  name: `${op} with other constants`,
  inputs: matrix,
  build: (g) => g.node(op, [g.node("Sub", [g.node("Mul", ["x", "x"]), g.scalar(1.5, "x")])], attributes),
});

/** A function that is constant on each step, as a factor. */
const stepped = (op: string): GradientCase => ({
  op,
  name: `${op} times its input`,
  inputs: matrix,
  build: (g) => g.node("Mul", [g.node(op, ["x"]), g.node("Exp", ["x"])]),
});

const logical = (op: string): GradientCase => ({
  op,
  name: `${op} of two comparisons`,
  inputs: { x: ["N", 4], y: [4] },
  build(g) {
    const conditions = [g.node("Less", ["x", "y"]), g.node("Greater", ["x", g.scalar(0, "x")])];
    return g.node("Where", [g.node(op, conditions), g.node("Mul", ["x", "y"]), "y"]);
  },
});

export const elementwiseCases: readonly GradientCase[] = [
  unary("Abs"),
  ...binary("Add"),
  {
    op: "Add",
    name: "Add of a value to itself",
    inputs: matrix,
    build: (g) => g.node("Add", ["x", g.node("Mul", ["x", "x"])]),
  },
  logical("And"),
  {
    op: "Cast",
    name: "Cast to float32 and back",
    inputs: matrix,
    build(g, type) {
      const to = { to: { int: type === "float64" ? 11 : 1 } };
      return g.node("Cast", [g.node("Exp", [g.node("Cast", [g.node("Tanh", ["x"])], { to: { int: 1 } })])], to);
    },
  },
  {
    op: "CastLike",
    name: "CastLike of a real number and of a comparison",
    inputs: { x: ["N", 4], y: [4] },
    build(g) {
      const mask = g.node("CastLike", [g.node("Less", ["x", "y"]), "y"]);
      return g.node("CastLike", [g.node("Mul", [mask, g.node("Mul", ["x", "x"])]), "y"]);
    },
  },
  stepped("Ceil"),
  unary("Celu"),
  parametric("Celu", { alpha: { float: 0.75 } }),
  {
    op: "Clip",
    name: "Clip to constants",
    inputs: matrix,
    build: (g) => g.node("Clip", [g.node("Mul", ["x", "x"]), g.scalar(0.25, "x"), g.scalar(2, "x")]),
  },
  {
    op: "Clip",
    name: "Clip to bounds that are differentiated too",
    inputs: { x: ["N", 4], width: [] },
    range: [0.5, 2],
    build(g) {
      const bound = g.node("Mul", ["width", "width"]);
      return g.node("Clip", [
        g.node("Log", ["x"]),
        g.node("Neg", [g.node("Mul", ["width", g.scalar(0.125, "x")])]),
        bound,
      ]);
    },
  },
  { op: "Clip", name: "Clip from below", inputs: matrix, build: (g) => g.node("Clip", ["x", g.scalar(0, "x")]) },
  { op: "Clip", name: "Clip from above", inputs: matrix, build: (g) => g.node("Clip", ["x", "", g.scalar(0, "x")]) },
  unary("Cos"),
  ...binary("Div", positive),
  {
    op: "Dropout",
    name: "Dropout at inference",
    inputs: matrix,
    build: (g) => g.node("Dropout", [g.node("Exp", ["x"]), g.constant(tensor("float32", [], [0.5]))]),
  },
  unary("Elu"),
  {
    op: "Elu",
    name: "Elu, alpha 0.75",
    inputs: matrix,
    build: (g) => g.node("Elu", ["x"], { alpha: { float: 0.75 } }),
  },
  comparison("Equal"),
  unary("Erf"),
  unary("Exp"),
  stepped("Floor"),
  comparison("Greater"),
  comparison("GreaterOrEqual"),
  unary("HardSigmoid", [-4, 4]),
  parametric("HardSigmoid", { alpha: { float: 0.5 }, beta: { float: 0.25 } }),
  unary("HardSwish", [-5, 5]),
  unary("Identity"),
  {
    op: "IsNaN",
    name: "IsNaN as a condition",
    inputs: matrix,
    build: (g) => g.node("Where", [g.node("IsNaN", ["x"]), g.scalar(0, "x"), g.node("Exp", ["x"])]),
  },
  unary("LeakyRelu"),
  {
    op: "LeakyRelu",
    name: "LeakyRelu, alpha 0.25",
    inputs: matrix,
    build: (g) => g.node("LeakyRelu", [g.node("Mul", ["x", "x"])], { alpha: { float: 0.25 } }),
  },
  comparison("Less"),
  comparison("LessOrEqual"),
  unary("Log", positive),
  ...binary("Max"),
  {
    op: "Max",
    name: "Max of three",
    inputs: { a: ["N", 4], b: [4], c: ["N", 1] },
    build: (g) => g.node("Max", ["a", "b", "c"]),
  },
  { op: "Max", name: "Max of one", inputs: matrix, build: (g) => g.node("Max", ["x"]) },
  ...binary("Mean"),
  {
    op: "Mean",
    name: "Mean of three",
    inputs: { a: ["N", 4], b: [4], c: [] },
    build: (g) => g.node("Exp", [g.node("Mean", ["a", "b", "c"])]),
  },
  ...binary("Min"),
  {
    op: "Min",
    name: "Min of three",
    inputs: { a: ["N", 4], b: [4], c: ["N", 1] },
    build: (g) => g.node("Min", ["a", "b", "c"]),
  },
  unary("Mish"),
  ...binary("Mod", positive).map(
    (each): GradientCase => ({
      ...each,
      build: (g) => {
        const y = g.node("Mod", ["a", "b"], { fmod: { int: 1 } });
        return g.node("Mul", [y, y]);
      },
    }),
  ),
  {
    op: "Mod",
    name: "Mod of negative numbers",
    inputs: matrix,
    build: (g) => g.node("Exp", [g.node("Mod", ["x", g.scalar(0.75, "x")], { fmod: { int: 1 } })]),
  },
  ...binary("Mul"),
  { op: "Mul", name: "Mul of a value by itself", inputs: matrix, build: (g) => g.node("Mul", ["x", "x"]) },
  unary("Neg"),
  {
    op: "Not",
    name: "Not of a comparison",
    inputs: matrix,
    build: (g) =>
      g.node("Where", [g.node("Not", [g.node("Less", ["x", g.scalar(0, "x")])]), g.node("Exp", ["x"]), "x"]),
  },
  logical("Or"),
  {
    op: "PRelu",
    name: "PRelu with a slope per channel",
    inputs: { x: ["N", 2, 3], slope: [2, 1] },
    build: (g) => g.node("PRelu", ["x", "slope"]),
  },
  {
    op: "PRelu",
    name: "PRelu with one slope, squared",
    inputs: { x: ["N", 4], slope: [1] },
    build: (g) => g.node("PRelu", ["x", g.node("Mul", ["slope", "slope"])]),
  },
  ...binary("Pow", positive),
  { op: "Pow", name: "Pow, cube of any sign", inputs: matrix, build: (g) => g.node("Pow", ["x", g.scalar(3, "x")]) },
  {
    op: "Pow",
    name: "Pow, integer exponent",
    inputs: matrix,
    build: (g) => g.node("Pow", ["x", g.constant(tensor("int64", [], [2]))]),
  },
  unary("Reciprocal", positive),
  unary("Relu"),
  stepped("Round"),
  unary("Selu"),
  parametric("Selu", { alpha: { float: 0.5 }, gamma: { float: 1.5 } }),
  unary("Sigmoid"),
  {
    op: "Sign",
    name: "Sign times its input",
    inputs: matrix,
    build: (g) => g.node("Mul", [g.node("Sign", ["x"]), g.node("Exp", ["x"])]),
  },
  unary("Sin"),
  unary("Softplus"),
  unary("Softsign"),
  unary("Sqrt", positive),
  ...binary("Sub"),
  ...binary("Sum"),
  {
    op: "Sum",
    name: "Sum of three",
    inputs: { a: ["N", 4], b: [4], c: [] },
    build: (g) => g.node("Exp", [g.node("Sum", ["a", "b", "c"])]),
  },
  { op: "Sum", name: "Sum of one", inputs: matrix, build: (g) => g.node("Sum", ["x"]) },
  unary("Tanh"),
  unary("ThresholdedRelu"),
  parametric("ThresholdedRelu", { alpha: { float: -0.5 } }),
  {
    op: "Where",
    name: "Where with a mask that is fed by shape",
    inputs: { a: ["N", 4], b: [4] },
    build: (g) => g.node("Where", [g.constant(tensor("bool", [4], [1, 0, 0, 1])), g.node("Exp", ["a"]), "b"]),
  },
  {
    op: "Where",
    name: "Where with a scalar branch",
    inputs: { a: ["N", 4], b: [] },
    build: (g) => g.node("Where", [g.node("Less", ["a", "b"]), "b", g.node("Mul", ["a", "a"])]),
  },
  logical("Xor"),
];
