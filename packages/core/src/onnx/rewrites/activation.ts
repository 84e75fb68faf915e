// Functions that attributes name: those of the gates of recurrent layers, and those that the runtime fuses with others.

import type { GraphBuilder } from "../builder.ts";
import type { Node } from "../graph.ts";
import { nodeError } from "../operator.ts";

/** Adds the function of a value to a graph. */
export type Activation = (g: GraphBuilder, x: string) => string;

/** Operators of today that the functions are, with the names of their parameters and what these are by default. */
const operators: Readonly<Record<string, readonly [op: string, ...parameters: (readonly [string, number])[]]>> = {
  elu: ["Elu", ["alpha", 1]],
  hardsigmoid: ["HardSigmoid", ["alpha", 0.2], ["beta", 0.5]],
  leakyrelu: ["LeakyRelu", ["alpha", 0.01]],
  relu: ["Relu"],
  sigmoid: ["Sigmoid"],
  softplus: ["Softplus"],
  softsign: ["Softsign"],
  tanh: ["Tanh"],
  thresholdedrelu: ["ThresholdedRelu", ["alpha", 1]],
};

/** The function of a name, which is written in any case. @throws InputError where there is none of that name. */
export function activation(node: Node, name: string, alpha: number | undefined, beta: number | undefined): Activation {
  const key = name.toLowerCase();
  const scaled = (g: GraphBuilder, x: string, factor: number) => g.node("Mul", [x, g.scalar(factor, x)]);
  if (key === "affine") {
    return (g, x) => g.node("Add", [scaled(g, x, alpha ?? 1), g.scalar(beta ?? 0, x)]);
  }
  if (key === "scaledtanh") return (g, x) => scaled(g, g.node("Tanh", [scaled(g, x, beta ?? 1)]), alpha ?? 1);
  if (!Object.hasOwn(operators, key)) throw nodeError(node, "a known activation", `"${name}"`);
  const [op, ...parameters] = operators[key];
  const attributes = Object.fromEntries(
    parameters.map(([parameter, usual], i) => [parameter, { float: [alpha, beta][i] ?? usual }]),
  );
  return (g, x) => g.node(op, [x], attributes);
}
