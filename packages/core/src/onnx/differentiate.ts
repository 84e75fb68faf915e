// Reverse-mode differentiation from graph to graph: the gradient is ordinary ONNX, so it can be differentiated again.

import { InputError } from "../errors.ts";
import { zerosLike } from "./broadcast.ts";
import { GraphBuilder } from "./builder.ts";
import { foldShapes } from "./foldShapes.ts";
import type { Graph } from "./graph.ts";
import { type Lack, nothing } from "./lacks.ts";
import { operatorOf } from "./ops/index.ts";

/** What is differentiated, by what, and what stays of the graph. */
export interface DifferentiateOptions {
  /** Values to differentiate: scalars, or one number per sample. */
  readonly of: string | readonly string[];
  /** Inputs, initializers or other values to differentiate by. */
  readonly by: string | readonly string[];
  /** Values that count as constants: no gradient goes through them. */
  readonly held?: readonly string[];
  /** Which outputs of the graph to keep beside the gradients; all where absent. */
  readonly keep?: readonly string[];
  /** What the runtime lacks that is to compute the gradient; nothing where absent. */
  readonly lacks?: ReadonlySet<Lack>;
}

/** The name of the output that holds the derivative of `of` by `by`. */
export function gradientName(of: string, by: string): string {
  return `d${of}/d${by}`;
}

/**
 * A graph that computes, beside the outputs kept, the gradient of each `of` by each `by`, under `gradientName`.
 *
 * The gradient of a value with several elements is that of their sum: for a loss per sample whose samples do not
 * meet, the gradient by the input holds each sample's own gradient in its row. A gradient has the shape of what it
 * is taken by. Applying the function again gives second derivatives.
 *
 * @throws InputError where a value does not exist, is no real number, or lies behind an operator without a rule.
 *
 * @example
 * ```ts
 * import { runtimeFrom, tensor, writeModel } from "@carom/core";
 * import { differentiate, GraphBuilder, gradientName, modelOf } from "@carom/core/onnx";
 * import * as ort from "onnxruntime-node";
 *
 * const g = new GraphBuilder();
 * const x = g.input("x", "float32", [3]);
 * g.output(g.node("Mul", [x, x]), "y");
 * const gradient = differentiate(g.graph(), { of: "y", by: "x" });
 * const session = await runtimeFrom(ort).compile(writeModel(modelOf(gradient)));
 * const outputs = await session.run({ x: tensor("float32", [3], [1, 2, 3]) });
 * console.log([...outputs[gradientName("y", "x")].data]); // [ 2, 4, 6 ]
 * ```
 */
export function differentiate(graph: Graph, options: DifferentiateOptions): Graph {
  const g = GraphBuilder.from(graph);
  const kept = options.keep ?? graph.outputs.map(({ name }) => name);
  const gradients = listOf(options.of).flatMap((of) => {
    const by = listOf(options.by);
    const values = addGradients(g, of, by, options.lacks, options.held);
    return by.map((name, i) => {
      const output = gradientName(of, name);
      g.output(values[i], output);
      return output;
    });
  });
  return foldShapes(g, g.graph([...kept, ...gradients]));
}

/** Adds the gradient of the sum of `of` by each of `by` to a graph under construction; returns the values' names. */
export function addGradients(
  g: GraphBuilder,
  of: string,
  by: readonly string[],
  lacks: ReadonlySet<Lack> = nothing,
  held: readonly string[] = [],
): readonly string[] {
  for (const name of [of, ...by]) requireReal(g, name);
  const nodes = [...g.currentNodes];
  // Only what lies between `by` and `of` matters.
  const reached = new Set(by);
  for (const node of nodes) {
    if (!node.inputs.some((name) => reached.has(name))) continue;
    for (const output of node.outputs) if (!held.includes(output)) reached.add(output);
  }
  const cotangents = new Map<string, string>();
  if (reached.has(of)) cotangents.set(of, onesLike(g, of));
  for (const node of nodes.reverse()) {
    if (!node.outputs.some((name) => cotangents.has(name))) continue;
    if (!node.inputs.some((name) => reached.has(name))) continue;
    const outputs = node.outputs.map((name) => cotangents.get(name));
    const cotangent = outputs.find((name) => name !== undefined)!;
    const context = { g, node, inputs: node.inputs, outputs: node.outputs, cotangents: outputs, cotangent, lacks };
    const contributions = operatorOf(node)!.gradient(context);
    node.inputs.forEach((input, i) => {
      const contribution = contributions[i];
      if (contribution === undefined || input === "" || !reached.has(input)) return;
      const sum = cotangents.get(input);
      cotangents.set(input, sum === undefined ? contribution : g.node("Add", [sum, contribution]));
    });
  }
  return by.map((name) => cotangents.get(name) ?? zerosLike(g, name));
}

function listOf(names: string | readonly string[]): readonly string[] {
  return typeof names === "string" ? [names] : names;
}

function onesLike(g: GraphBuilder, name: string): string {
  const one = g.scalar(1, name);
  const { shape } = g.type(name);
  if (shape.length === 0) return one;
  // Where an input has that shape, the value itself need not be computed.
  const input = g.graph([]).inputs.find((each) => `${each.shape}` === `${shape}`);
  return g.node("Expand", [one, g.node("Shape", [input?.name ?? name])]);
}

function requireReal(g: GraphBuilder, name: string): void {
  if (g.has(name) && g.type(name).type.startsWith("float")) return;
  throw new InputError("invalid", `value "${name}" to differentiate`, {
    expected: "a real-valued input, initializer or result of the graph",
    got: g.has(name) ? g.type(name).type : "no such value",
    remedy: "name one of the graph's floating-point values",
  });
}
