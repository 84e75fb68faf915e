// Operators that go element by element, with shapes that broadcast.

import { type ElementType, sizeOf, type Tensor } from "@carom/core";
import type { Node } from "@carom/core/onnx";
import { roundedToEven } from "./activations.ts";
import { int, type Kernel } from "./kernel.ts";
import { axisOf, broadcast, made, mapped, numbersOf, read, spread } from "./values.ts";

/** An operator of one input. */
function unary(apply: (x: number) => number): Kernel {
  return ([x]) => mapped(x, apply);
}

/** An operator of two inputs; its result has their type, or the one given. */
function binary(apply: (a: number, b: number) => number, type?: ElementType): Kernel {
  return ([a, b]) => combined(a, b, apply, type);
}

function combined(a: Tensor, b: Tensor, apply: (a: number, b: number) => number, type: ElementType = a.type): Tensor {
  const shape = broadcast(a.shape, b.shape);
  const left = spread(read(a), a.shape, shape);
  const right = spread(read(b), b.shape, shape);
  const out = numbersOf(type, left.length);
  for (let i = 0; i < out.length; i++) out[i] = apply(left[i], right[i]);
  return made(type, shape, out);
}

/** An operator of any number of inputs, two at a time. */
function variadic(apply: (a: number, b: number) => number): (inputs: readonly Tensor[]) => Tensor {
  return ([first, ...rest]) => rest.reduce((a, b) => combined(a, b, apply), first);
}

/** A function of each element, of a scale, and of a zero: numbers for all, or one for each place along an axis. */
function alongAxis(
  x: Tensor,
  [scale, zero]: readonly (Tensor | undefined)[],
  node: Node,
  type: ElementType,
  apply: (x: number, scale: number, zero: number) => number,
): Tensor {
  const axis = axisOf(int(node, "axis", 1), x.shape.length);
  const spreadOut = (list: Tensor) => {
    const isOne = sizeOf(list.shape) === 1;
    return spread(read(list), isOne ? [] : x.shape.slice(axis).map((size, i) => (i === 0 ? size : 1)), x.shape);
  };
  const [values, by, from] = [read(x), spreadOut(scale!), zero && spreadOut(zero)];
  const out = numbersOf(type, values.length);
  for (let i = 0; i < out.length; i++) out[i] = apply(values[i], by[i], from ? from[i] : 0);
  return made(type, x.shape, out);
}

const add = (a: number, b: number) => a + b;

export const elementwise: Readonly<Record<string, Kernel>> = {
  Abs: unary(Math.abs),
  Ceil: unary(Math.ceil),
  Cos: unary(Math.cos),
  Exp: unary(Math.exp),
  Floor: unary(Math.floor),
  IsNaN: ([x]) => mapped(x, (value) => Number(Number.isNaN(value)), "bool"),
  Log: unary(Math.log),
  Neg: unary((x) => -x),
  Not: unary((x) => (x === 0 ? 1 : 0)),
  Reciprocal: unary((x) => 1 / x),
  Relu: unary((x) => (x > 0 ? x : Number.isNaN(x) ? x : 0)),
  Round: unary(roundedToEven),
  Sigmoid: unary((x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))),
  Sign: unary(Math.sign),
  Sin: unary(Math.sin),
  Sqrt: unary(Math.sqrt),
  Tanh: unary(Math.tanh),

  Add: binary(add),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Pow: binary((a, b) => a ** b),
  Div: (inputs, node) =>
    inputs[0].type === "int64"
      ? binary((a, b) => Math.trunc(a / b))(inputs, node)
      : binary((a, b) => a / b)(inputs, node),

  Mod: (inputs, node) => {
    const isRemainder = int(node, "fmod", 0) === 1;
    return binary((a, b) => (isRemainder ? a % b : a - b * Math.floor(a / b)))(inputs, node);
  },
  PRelu: binary((x, slope) => (x < 0 ? slope * x : x)),

  And: binary((a, b) => a & b, "bool"),
  Or: binary((a, b) => a | b, "bool"),
  Xor: binary((a, b) => a ^ b, "bool"),
  Equal: binary((a, b) => Number(a === b), "bool"),
  Greater: binary((a, b) => Number(a > b), "bool"),
  GreaterOrEqual: binary((a, b) => Number(a >= b), "bool"),
  Less: binary((a, b) => Number(a < b), "bool"),
  LessOrEqual: binary((a, b) => Number(a <= b), "bool"),

  Max: variadic(Math.max),
  Min: variadic(Math.min),
  Sum: variadic(add),
  Mean: (inputs) => mapped(variadic(add)(inputs), (sum) => sum / inputs.length),

  Clip: ([x, low, high]) => {
    const [least, most] = [
      low ? read(low)[0] : Number.NEGATIVE_INFINITY,
      high ? read(high)[0] : Number.POSITIVE_INFINITY,
    ];
    return mapped(x, (value) => Math.min(Math.max(value, least), most));
  },

  Dropout: ([x]) => [x, mapped(x, () => 1, "bool")],

  QuantizeLinear: ([x, scale, zero], node) => {
    const type = zero?.type ?? "uint8";
    const least = type === "int8" ? -128 : 0;
    return alongAxis(x, [scale, zero], node, type, (value, by, from) =>
      Math.min(least + 255, Math.max(least, roundedToEven(value / by) + from)),
    );
  },
  DequantizeLinear: ([x, scale, zero], node) =>
    alongAxis(x, [scale, zero], node, scale.type, (value, by, from) => (value - from) * by),

  Where: ([condition, yes, no]) => {
    const shape = broadcast(condition.shape, broadcast(yes.shape, no.shape));
    const chosen = spread(read(condition), condition.shape, shape);
    const [left, right] = [yes, no].map((each) => spread(read(each), each.shape, shape));
    const out = numbersOf(yes.type, chosen.length);
    for (let i = 0; i < out.length; i++) out[i] = chosen[i] ? left[i] : right[i];
    return made(yes.type, shape, out);
  },
};
