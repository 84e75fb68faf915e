// Random graphs: rules that hold alone must hold together, over symbolic batches, twice differentiated.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { GraphBuilder } from "../../src/onnx/builder.ts";
import type { Dim } from "../../src/onnx/dim.ts";
import { stream } from "../../src/random.ts";
import type { FloatType } from "../../src/tensor.ts";
import { tensor } from "../../src/tensor.ts";
import { check, noFindings } from "./check.ts";
import { expectAgreement } from "./suite.ts";

const COMPOSITIONS = 200;

/** Milliseconds: some ten seconds of work, which a busy machine makes many. */
const LONG = 240_000;

/** One step of a composition: which operator, on which of the values so far, in which variant. */
interface Step {
  readonly operator: number;
  readonly left: number;
  readonly right: number;
  readonly variant: number;
}

/** Adds one operator to the graph; returns undefined where the operands do not suit it. */
type Move = (g: GraphBuilder, a: string, b: string, variant: number) => string | undefined;

const shapeOf = (g: GraphBuilder, value: string) => g.type(value).shape;

const unary =
  (op: string): Move =>
  (g, a) =>
    g.node(op, [a]);

/** Keeps values within the range where exponentials and quotients stay tame. */
const tame = (g: GraphBuilder, a: string) => g.node("Tanh", [a]);
const positive = (g: GraphBuilder, a: string) =>
  g.node("Add", [g.node("Mul", [tame(g, a), tame(g, a)]), g.scalar(0.5, a)]);

function broadcasts(left: readonly Dim[], right: readonly Dim[]): boolean {
  const rank = Math.min(left.length, right.length);
  return Array.from({ length: rank }, (_, i) => [left[left.length - 1 - i], right[right.length - 1 - i]]).every(
    ([a, b]) => a === b || a === 1 || b === 1,
  );
}

const binary =
  (op: string, prepare: (g: GraphBuilder, b: string) => string = (_, b) => b): Move =>
  (g, a, b) =>
    broadcasts(shapeOf(g, a), shapeOf(g, b)) ? g.node(op, [a, prepare(g, b)]) : undefined;

/** A constant of fixed random numbers. */
function weights(g: GraphBuilder, like: string, shape: readonly number[], variant: number): string {
  const random = stream(3, "weights", variant, ...shape);
  const size = shape.reduce((product, each) => product * each, 1);
  const data = Array.from({ length: size }, () => Math.fround(2 * random.uniform() - 1));
  return g.constant(tensor(g.type(like).type as FloatType, shape, data));
}

const lastKnown = (g: GraphBuilder, a: string) => {
  const last = shapeOf(g, a).at(-1);
  return typeof last === "number" ? last : undefined;
};

const reduction =
  (op: string): Move =>
  (g, a, _, variant) => {
    const rank = shapeOf(g, a).length;
    if (rank === 0) return undefined;
    const axis = (variant % (2 * rank)) - rank;
    const y = g.node(op, [a, g.ints([axis])], { keepdims: { int: variant % 3 === 0 ? 0 : 1 } });
    // Sums grow; a saturated tanh behind them would leave nothing to differentiate.
    return op === "ReduceSum" || op === "ReduceSumSquare" ? g.node("Mul", [y, g.scalar(0.25, y)]) : y;
  };

const alongAxis =
  (op: string): Move =>
  (g, a, _, variant) => {
    const rank = shapeOf(g, a).length;
    return rank === 0 ? undefined : g.node(op, [a], { axis: { int: variant % rank } });
  };

const windows =
  (op: string): Move =>
  (g, a, _, variant) => {
    const shape = shapeOf(g, a);
    const last = lastKnown(g, a);
    if (shape.length !== 3 || last === undefined || last < 2 || typeof shape[1] !== "number") return undefined;
    const strides = { ints: [1 + (variant % 2)] };
    const margin = variant % 3 === 0 ? 1 : 0;
    if (op === "Conv" || op === "ConvTranspose") {
      const kernel = weights(g, a, op === "Conv" ? [2, shape[1], 2] : [shape[1], 2, 2], variant);
      return g.node(op, [a, kernel], { strides, pads: { ints: [margin, 0] } });
    }
    return g.node(op, [a], { kernel_shape: { ints: [2] }, strides, pads: { ints: [margin, 0] } });
  };

const moves: Readonly<Record<string, Move>> = {
  Abs: unary("Abs"),
  Add: binary("Add"),
  AveragePool: windows("AveragePool"),
  Celu: unary("Celu"),
  Clip: (g, a) => g.node("Clip", [a, g.scalar(-0.5, a), g.scalar(0.75, a)]),
  Cos: unary("Cos"),
  CumSum: (g, a) => {
    if (shapeOf(g, a).length === 0) return undefined;
    const sums = g.node("CumSum", [a, g.constant(tensor("int64", [], [-1]))]);
    return g.node("Mul", [sums, g.scalar(0.5, sums)]);
  },
  Concat: (g, a, b) => {
    const [left, right] = [shapeOf(g, a), shapeOf(g, b)];
    if (lastKnown(g, a) === undefined) return undefined;
    const suits = left.length === right.length && left.slice(0, -1).every((dim, i) => dim === right[i]);
    return g.node("Concat", [a, suits && lastKnown(g, b) !== undefined ? b : a], { axis: { int: -1 } });
  },
  Conv: windows("Conv"),
  ConvTranspose: windows("ConvTranspose"),
  Div: binary("Div", positive),
  Einsum: (g, a, _, variant) => {
    const last = lastKnown(g, a);
    if (shapeOf(g, a).length !== 2 || last === undefined) return undefined;
    const equation = { equation: { string: variant % 2 ? "ij,jk->ki" : "ij,jk" } };
    return g.node("Einsum", [a, weights(g, a, [last, 2], variant)], equation);
  },
  Elu: unary("Elu"),
  Erf: unary("Erf"),
  Exp: (g, a) => g.node("Exp", [tame(g, a)]),
  Expand: (g, a) =>
    shapeOf(g, a).length < 3 ? g.node("Expand", [a, g.ints([2, ...shapeOf(g, a).map(() => 1)])]) : undefined,
  Flatten: (g, a) => (shapeOf(g, a).length > 1 ? g.node("Flatten", [a]) : undefined),
  Gather: (g, a, _, variant) => {
    const last = lastKnown(g, a);
    if (!last) return undefined;
    const picked = [variant % last, -1, (variant >> 3) % last];
    return g.node("Gather", [a, g.ints(picked)], { axis: { int: -1 } });
  },
  Gemm: (g, a, _, variant) => {
    const last = lastKnown(g, a);
    if (shapeOf(g, a).length !== 2 || last === undefined) return undefined;
    const transB = variant % 2;
    const w = weights(g, a, transB ? [3, last] : [last, 3], variant);
    return g.node("Gemm", [a, w, weights(g, a, [3], variant)], { transB: { int: transB }, alpha: { float: 0.5 } });
  },
  GatherND: (g, a, _, variant) =>
    typeof shapeOf(g, a)[0] === "number" && shapeOf(g, a).length > 1
      ? g.node("GatherND", [a, g.constant(tensor("int64", [2, 1], [variant % Number(shapeOf(g, a)[0]), 0]))])
      : undefined,
  HardSigmoid: unary("HardSigmoid"),
  HardSwish: unary("HardSwish"),
  InstanceNormalization: (g, a, _, variant) => {
    const [, channels, length] = shapeOf(g, a);
    if (shapeOf(g, a).length !== 3 || typeof channels !== "number" || Number(length) < 2) return undefined;
    const [scale, bias] = [weights(g, a, [channels], variant), weights(g, a, [channels], variant + 1)];
    return g.node("InstanceNormalization", [a, scale, bias], { epsilon: { float: 0.125 } });
  },
  LayerNormalization: (g, a, _, variant) => {
    const last = lastKnown(g, a);
    if (last === undefined || last < 2) return undefined;
    return g.node("LayerNormalization", [a, weights(g, a, [last], variant)], { epsilon: { float: 0.125 } });
  },
  LeakyRelu: (g, a) => g.node("LeakyRelu", [a], { alpha: { float: 0.125 } }),
  Log: (g, a) => g.node("Log", [positive(g, a)]),
  LogSoftmax: alongAxis("LogSoftmax"),
  MatMul: (g, a, b, variant) => {
    const last = lastKnown(g, a);
    if (last === undefined) return undefined;
    const right = shapeOf(g, b);
    if (
      right.length >= 2 &&
      right.length <= 3 &&
      right.at(-2) === last &&
      shapeOf(g, a).length === right.length &&
      broadcasts(shapeOf(g, a).slice(0, -2), right.slice(0, -2))
    )
      return g.node("MatMul", [a, b]);
    return g.node("MatMul", [a, weights(g, a, variant % 2 ? [last, 2] : [last], variant)]);
  },
  Max: binary("Max"),
  MaxPool: windows("MaxPool"),
  Mean: binary("Mean"),
  Min: binary("Min"),
  Mish: unary("Mish"),
  Mul: binary("Mul"),
  Neg: unary("Neg"),
  PRelu: (g, a, _, variant) => g.node("PRelu", [a, weights(g, a, [1], variant)]),
  Pad: (g, a, _, variant) => {
    const rank = shapeOf(g, a).length;
    if (rank === 0) return undefined;
    return g.node("Pad", [a, g.ints([variant % 2, 1]), "", g.ints([-1])].slice(0, 4));
  },
  Pow: (g, a, b) =>
    broadcasts(shapeOf(g, a), shapeOf(g, b)) ? g.node("Pow", [positive(g, a), tame(g, b)]) : undefined,
  Reciprocal: (g, a) => g.node("Reciprocal", [positive(g, a)]),
  ReduceL1: reduction("ReduceL1"),
  ReduceL2: reduction("ReduceL2"),
  ReduceLogSumExp: reduction("ReduceLogSumExp"),
  ReduceMax: reduction("ReduceMax"),
  ReduceMean: reduction("ReduceMean"),
  ReduceMin: reduction("ReduceMin"),
  ReduceSum: reduction("ReduceSum"),
  ReduceSumSquare: reduction("ReduceSumSquare"),
  ReduceProd: reduction("ReduceProd"),
  Relu: unary("Relu"),
  Reshape: (g, a) =>
    shapeOf(g, a).length > 1
      ? g.node("Reshape", [a, g.ints([-1, ...shapeOf(g, a).slice(2).map(Number).filter(Number.isInteger)])])
      : undefined,
  Resize: (g, a, _, variant) => {
    if (shapeOf(g, a).length !== 3 || lastKnown(g, a) === undefined) return undefined;
    const scales = g.constant(tensor("float32", [3], [1, 1, 2]));
    return g.node("Resize", [a, "", scales], { mode: { string: variant % 2 ? "linear" : "nearest" } });
  },
  Selu: unary("Selu"),
  Sigmoid: unary("Sigmoid"),
  Sin: unary("Sin"),
  Slice: (g, a, _, variant) => {
    const last = lastKnown(g, a);
    if (last === undefined || last < 2) return undefined;
    const [start, end, step] = variant % 2 ? [0, last, 2] : [-1, 0, -1];
    return g.node("Slice", [a, g.ints([start]), g.ints([end]), g.ints([-1]), g.ints([step])]);
  },
  Softmax: alongAxis("Softmax"),
  Softplus: unary("Softplus"),
  Softsign: unary("Softsign"),
  Split: (g, a) => {
    const last = lastKnown(g, a);
    if (last === undefined || last < 2) return undefined;
    const [head, tail] = g.nodeOutputs("Split", [a, g.ints([1, last - 1])], { axis: { int: -1 } }, 2);
    return g.node("Mul", [head, tail]);
  },
  Sqrt: (g, a) => g.node("Sqrt", [positive(g, a)]),
  Sub: binary("Sub"),
  Tanh: unary("Tanh"),
  Tile: (g, a) =>
    lastKnown(g, a) === undefined || shapeOf(g, a).length > 2
      ? undefined
      : g.node("Tile", [
          a,
          g.ints([
            ...shapeOf(g, a)
              .slice(1)
              .map(() => 1),
            2,
          ]),
        ]),
  TopK: (g, a) => {
    const last = lastKnown(g, a);
    return last === undefined || last < 2 ? undefined : g.nodeOutputs("TopK", [a, g.ints([2])], {}, 2)[0];
  },
  Transpose: (g, a) => (shapeOf(g, a).length > 1 ? g.node("Transpose", [a]) : undefined),
  Trilu: (g, a, _, variant) =>
    shapeOf(g, a).length > 1 ? g.node("Trilu", [a], { upper: { int: variant % 2 } }) : undefined,
  Unsqueeze: (g, a, _, variant) =>
    shapeOf(g, a).length < 3 ? g.node("Unsqueeze", [a, g.ints([variant % 2])]) : undefined,
  Where: (g, a, b) =>
    broadcasts(shapeOf(g, a), shapeOf(g, b))
      ? g.node("Where", [g.node("Less", [a, b]), g.node("Tanh", [a]), g.node("Mul", [b, b])])
      : undefined,
};

/** Applies the steps; a step whose operator does not suit its operands takes the next operator that does. */
function compose(g: GraphBuilder, steps: readonly Step[]): { result: readonly string[]; used: readonly string[] } {
  const names = Object.keys(moves);
  const values = ["x", "y", "z"];
  const used: string[] = [];
  for (const { operator, left, right, variant } of steps) {
    // The newest values are taken more often, so that graphs grow deep.
    const pick = (seed: number) => values[Math.max(0, values.length - 1 - (seed % 4))];
    const [a, b] = [pick(left), pick(right)];
    for (let skip = 0; ; skip++) {
      const name = names[(operator + skip) % names.length];
      const y = moves[name](g, a, b, variant);
      if (y === undefined) continue;
      values.push(y);
      used.push(name);
      break;
    }
  }
  return { result: values.slice(-2), used };
}

const nat = fc.nat({ max: 10_000 });
const step = fc.record({ operator: nat, left: nat, right: nat, variant: nat });
const recipe = fc.array(step, { minLength: 3, maxLength: 7 });

const findings = noFindings();
const usedOperators = new Set<string>();

test(
  `${COMPOSITIONS} random compositions: gradient, Hessian-vector product, runtime and shapes agree`,
  async () => {
    let number = 0;
    await fc.assert(
      fc.asyncProperty(recipe, async (steps) => {
        const own = noFindings();
        const composition = {
          op: "composition",
          name: JSON.stringify(steps),
          inputs: { x: ["N", 4], y: [4], z: ["N", 2, 3] },
          build(g: GraphBuilder) {
            const { result, used } = compose(g, steps);
            for (const name of used) usedOperators.add(name);
            return result;
          },
        };
        const smooth = await check(composition, number++, own);
        findings.draws += own.draws;
        findings.kinks += own.kinks;
        findings.withoutFloat64 += own.withoutFloat64;
        for (const key of ["gradientError", "hessianError", "float32Error", "float64Error"] as const)
          findings[key] = Math.max(findings[key], own[key]);
        fc.pre(smooth);
        expectAgreement(own);
      }),
      { seed: 20190814, numRuns: COMPOSITIONS },
    );
  },
  LONG,
);

test("at most 5 % of the compositions' draws lie at a kink", () => {
  expect(findings.draws).toBeGreaterThanOrEqual(COMPOSITIONS);
  expect(findings.kinks / findings.draws).toBeLessThanOrEqual(0.05);
});

test("every operator that can be composed occurs in some composition", () => {
  expect(Object.keys(moves).filter((name) => !usedOperators.has(name))).toEqual([]);
});
