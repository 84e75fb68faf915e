// Operators that treat each element by itself, with broadcasting where there are several inputs.

import { elementTypeOf } from "../../src/onnx/elementType.ts";
import { floatAttribute, intAttribute, type Node } from "../../src/onnx/graph.ts";
import type { ElementType } from "../../src/tensor.ts";
import { at, axisOf, broadcastAt, broadcastShape, type Evaluate, generate, type Index, type Value } from "./value.ts";

const isFloat = (type: ElementType) => type.startsWith("float");

function map(x: Value, f: (x: number) => number, type: ElementType = x.type): readonly Value[] {
  return [{ type, shape: x.shape, data: x.data.map(f) }];
}

function combine(inputs: readonly Value[], f: (...x: number[]) => number, type?: ElementType): readonly Value[] {
  const shape = broadcastShape(...inputs.map((x) => x.shape));
  return [generate(type ?? inputs[0].type, shape, (index) => f(...inputs.map((x) => broadcastAt(x, index))))];
}

const unary =
  (f: (x: number) => number): Evaluate =>
  (_, [x]) =>
    map(x, f);

const binary =
  (f: (a: number, b: number) => number): Evaluate =>
  (_, inputs) =>
    combine(inputs, f);

const comparison =
  (f: (a: number, b: number) => boolean): Evaluate =>
  (_, inputs) =>
    combine(inputs, (a, b) => Number(f(a, b)), "bool");

const variadic =
  (f: (x: readonly number[]) => number): Evaluate =>
  (_, inputs) =>
    combine(inputs, (...x) => f(x));

const total = (x: readonly number[]) => x.reduce((sum, each) => sum + each, 0);

/**
 * The error function: its Taylor series 2/sqrt(pi) sum (-1)^n x^(2n+1) / (n! (2n+1)) in Kummer's form without
 * alternating signs, 2/sqrt(pi) e^(-x^2) sum 2^n x^(2n+1) / (2n+1)!! (Abramowitz and Stegun 7.1.6).
 */
function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 200 && Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return Math.abs(x) > 6 ? Math.sign(x) : (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const convert = (x: Value, type: ElementType): readonly Value[] => {
  if (type === "bool") return map(x, (each) => Number(each !== 0), type);
  return map(x, isFloat(type) ? (each) => each : Math.trunc, type);
};

/** The nearest integer, of two the even one. */
function roundedToEven(x: number): number {
  return Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
}

/** Reads the entry of a list along a node's axis that belongs to an index, or the only one. */
function along(node: Node, x: Value, index: Index): (list: Value | undefined, absent: number) => number {
  const axis = axisOf(intAttribute(node, "axis", 1), x.shape.length);
  return (list, absent) => (list ? list.data[list.data.length === 1 ? 0 : index[axis]] : absent);
}

export const elementwise: Readonly<Record<string, Evaluate>> = {
  Abs: unary(Math.abs),
  Add: binary((a, b) => a + b),
  And: comparison((a, b) => a !== 0 && b !== 0),
  Cast: (node, [x]) => convert(x, elementTypeOf(intAttribute(node, "to", 0))!),
  CastLike: (_, [x, like]) => convert(x, like.type),
  Ceil: unary(Math.ceil),
  Celu: (node, [x]) => {
    const alpha = floatAttribute(node, "alpha", 1);
    return map(x, (each) => Math.max(0, each) + Math.min(0, alpha * Math.expm1(each / alpha)));
  },
  Clip: (_, [x, low, high]) =>
    map(x, (each) => Math.min(Math.max(each, low?.data[0] ?? -Infinity), high?.data[0] ?? Infinity)),
  Cos: unary(Math.cos),
  DequantizeLinear: (node, [x, scale, zero]) => [
    generate(scale.type, x.shape, (index) => {
      const entry = along(node, x, index);
      return (at(x, index) - entry(zero, 0)) * entry(scale, 1);
    }),
  ],
  Div: (_, inputs) => combine(inputs, (a, b) => (isFloat(inputs[0].type) ? a / b : Math.trunc(a / b))),
  Dropout: (_, [x]) => [...map(x, (each) => each), ...map(x, () => 1, "bool")],
  Elu: (node, [x]) => map(x, (each) => (each > 0 ? each : floatAttribute(node, "alpha", 1) * Math.expm1(each))),
  Equal: comparison((a, b) => a === b),
  Erf: unary(erf),
  Exp: unary(Math.exp),
  Floor: unary(Math.floor),
  Greater: comparison((a, b) => a > b),
  GreaterOrEqual: comparison((a, b) => a >= b),
  HardSigmoid: (node, [x]) => {
    const [alpha, beta] = [floatAttribute(node, "alpha", 0.2), floatAttribute(node, "beta", 0.5)];
    return map(x, (each) => Math.max(0, Math.min(1, alpha * each + beta)));
  },
  HardSwish: unary((x) => x * Math.max(0, Math.min(1, x / 6 + 0.5))),
  Identity: unary((x) => x),
  IsNaN: (_, [x]) => map(x, (each) => Number(Number.isNaN(each)), "bool"),
  LeakyRelu: (node, [x]) => map(x, (each) => (each > 0 ? each : floatAttribute(node, "alpha", 0.01) * each)),
  Less: comparison((a, b) => a < b),
  LessOrEqual: comparison((a, b) => a <= b),
  Log: unary(Math.log),
  Max: variadic((x) => Math.max(...x)),
  Mean: variadic((x) => total(x) / x.length),
  Min: variadic((x) => Math.min(...x)),
  Mish: unary((x) => x * Math.tanh(Math.log1p(Math.exp(x)))),
  Mod: (node, inputs) => combine(inputs, (a, b) => (intAttribute(node, "fmod", 0) ? a % b : a - b * Math.floor(a / b))),
  Mul: binary((a, b) => a * b),
  Neg: unary((x) => -x),
  Not: unary((x) => 1 - x),
  Or: comparison((a, b) => a !== 0 || b !== 0),
  PRelu: (_, [x, slope]) => combine([x, slope], (each, factor) => (each < 0 ? factor * each : each)),
  Pow: binary((a, b) => a ** b),
  QuantizeLinear: (node, [x, scale, zero]) => [
    generate(zero?.type ?? "uint8", x.shape, (index) => {
      const entry = along(node, x, index);
      const low = zero?.type === "int8" ? -128 : 0;
      const number = roundedToEven(at(x, index) / entry(scale, 1)) + entry(zero, 0);
      return Math.min(low + 255, Math.max(low, number));
    }),
  ],
  Reciprocal: unary((x) => 1 / x),
  Relu: unary((x) => Math.max(x, 0)),
  Round: unary(roundedToEven),
  Selu: (node, [x]) => {
    const alpha = floatAttribute(node, "alpha", 1.6732632423543772);
    const gamma = floatAttribute(node, "gamma", 1.0507009873554805);
    return map(x, (each) => gamma * (each > 0 ? each : alpha * Math.expm1(each)));
  },
  Sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  Sign: unary(Math.sign),
  Sin: unary(Math.sin),
  Softplus: unary((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  Softsign: unary((x) => x / (1 + Math.abs(x))),
  Sqrt: unary(Math.sqrt),
  Sub: binary((a, b) => a - b),
  Sum: variadic(total),
  Tanh: unary(Math.tanh),
  ThresholdedRelu: (node, [x]) => map(x, (each) => (each > floatAttribute(node, "alpha", 1) ? each : 0)),
  Where: (_, [condition, a, b]) => combine([condition, a, b], (c, x, y) => (c !== 0 ? x : y), a.type),
  Xor: comparison((a, b) => (a !== 0) !== (b !== 0)),
};
