// Functions of one element that networks use, some with parameters.

import type { Tensor } from "@carom/core";
import type { Node } from "@carom/core/onnx";
import { float, type Kernel } from "./kernel.ts";
import { mapped } from "./values.ts";

/** A function whose parameters are attributes of the node. */
function of(make: (node: Node) => (x: number) => number): Kernel {
  return ([x]: readonly Tensor[], node) => mapped(x, make(node));
}

const elu = (x: number, alpha: number) => (x > 0 ? x : alpha * Math.expm1(x));
const clamp = (x: number) => Math.min(1, Math.max(0, x));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/**
 * The error function: Kummer's series 2/sqrt(pi) e^(-x^2) sum 2^n x^(2n+1) / (2n+1)!! (Abramowitz and Stegun, 7.1.6);
 * beyond 6 it is 1 in double precision.
 */
function erf(x: number): number {
  if (!(Math.abs(x) < 6)) return Number.isNaN(x) ? x : Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** The nearest whole number, of two the even one. */
export function roundedToEven(x: number): number {
  return Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
}

export const activations: Readonly<Record<string, Kernel>> = {
  Celu: of((node) => {
    const alpha = float(node, "alpha", 1);
    return (x) => (x > 0 ? x : alpha * Math.expm1(x / alpha));
  }),
  Elu: of((node) => {
    const alpha = float(node, "alpha", 1);
    return (x) => elu(x, alpha);
  }),
  Erf: of(() => erf),
  HardSigmoid: of((node) => {
    const [alpha, beta] = [float(node, "alpha", 0.2), float(node, "beta", 0.5)];
    return (x) => clamp(alpha * x + beta);
  }),
  HardSwish: of(() => (x) => x * clamp(x / 6 + 0.5)),
  LeakyRelu: of((node) => {
    const alpha = float(node, "alpha", 0.01);
    return (x) => (x >= 0 ? x : alpha * x);
  }),
  Mish: of(() => (x) => x * Math.tanh(softplus(x))),
  Selu: of((node) => {
    const [alpha, gamma] = [float(node, "alpha", 1.6732632423543772), float(node, "gamma", 1.0507009873554805)];
    return (x) => gamma * elu(x, alpha);
  }),
  Softplus: of(() => softplus),
  Softsign: of(() => (x) => x / (1 + Math.abs(x))),
  ThresholdedRelu: of((node) => {
    const alpha = float(node, "alpha", 1);
    return (x) => (x > alpha ? x : 0);
  }),
};
