// Operators that go element by element, with shapes that broadcast.

import type { ElementType, Tensor } from "@carom/core";
import type { Kernel } from "./kernel.ts";
import { broadcast, made, numbersOf, read, spread } from "./values.ts";

/** An operator of one input. */
function unary(apply: (x: number) => number): Kernel {
  return ([x]) => mapped(x, apply);
}

function mapped(x: Tensor, apply: (x: number) => number): Tensor {
  const values = read(x);
  const out = numbersOf(x.type, values.length);
  for (let i = 0; i < out.length; i++) out[i] = apply(values[i]);
  return made(x.type, x.shape, out);
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
function variadic(apply: (a: number, b: number) => number): Kernel {
  return ([first, ...rest]) => rest.reduce((a, b) => combined(a, b, apply), first);
}

const add = (a: number, b: number) => a + b;

export const elementwise: Readonly<Record<string, Kernel>> = {
  Abs: unary(Math.abs),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Neg: unary((x) => -x),
  Not: unary((x) => (x === 0 ? 1 : 0)),
  Reciprocal: unary((x) => 1 / x),
  Relu: unary((x) => (x > 0 ? x : Number.isNaN(x) ? x : 0)),
  Sigmoid: unary((x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))),
  Sign: unary(Math.sign),
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

  And: binary((a, b) => a & b, "bool"),
  Or: binary((a, b) => a | b, "bool"),
  Equal: binary((a, b) => Number(a === b), "bool"),
  Greater: binary((a, b) => Number(a > b), "bool"),
  GreaterOrEqual: binary((a, b) => Number(a >= b), "bool"),
  Less: binary((a, b) => Number(a < b), "bool"),
  LessOrEqual: binary((a, b) => Number(a <= b), "bool"),

  Max: variadic(Math.max),
  Min: variadic(Math.min),
  Sum: variadic(add),
  Mean: (inputs, node) => mapped(variadic(add)(inputs, node), (sum) => sum / inputs.length),

  Clip: ([x, low, high]) => {
    const [least, most] = [
      low ? read(low)[0] : Number.NEGATIVE_INFINITY,
      high ? read(high)[0] : Number.POSITIVE_INFINITY,
    ];
    return mapped(x, (value) => Math.min(Math.max(value, least), most));
  },

  Where: ([condition, yes, no]) => {
    const shape = broadcast(condition.shape, broadcast(yes.shape, no.shape));
    const chosen = spread(read(condition), condition.shape, shape);
    const [left, right] = [yes, no].map((each) => spread(read(each), each.shape, shape));
    const out = numbersOf(yes.type, chosen.length);
    for (let i = 0; i < out.length; i++) out[i] = chosen[i] ? left[i] : right[i];
    return made(yes.type, shape, out);
  },
};
