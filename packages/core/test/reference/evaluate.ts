// A float64 evaluator of ONNX graphs, independent of any runtime: the oracle for values, shapes and gradients.

import type { Graph } from "../../src/onnx/graph.ts";
import { algebra } from "./algebra.ts";
import { elementwise } from "./elementwise.ts";
import { movement } from "./movement.ts";
import { reductions } from "./reduction.ts";
import { type Evaluate, toValue, type Value } from "./value.ts";

/** Every operator the reference knows, by name. */
export const reference: Readonly<Record<string, Evaluate>> = {
  ...algebra,
  ...elementwise,
  ...movement,
  ...reductions,
};

/** The outputs of a graph. Computed in float64, whatever element types the graph declares. */
export function evaluate(graph: Graph, feeds: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  const values = evaluateAll(graph, feeds);
  return Object.fromEntries(graph.outputs.map(({ name }) => [name, values.get(name)!]));
}

/** Every value of a graph, intermediate ones too. */
export function evaluateAll(graph: Graph, feeds: Readonly<Record<string, Value>>): ReadonlyMap<string, Value> {
  const values = new Map(Object.entries(feeds));
  for (const [name, value] of graph.initializers) values.set(name, toValue(value));
  for (const node of graph.nodes) {
    const operator = reference[node.op];
    if (!operator) throw new Error(`the reference has no operator ${node.op}`);
    const inputs = node.inputs.map((name) => values.get(name)!);
    const outputs = operator(node, inputs);
    node.outputs.forEach((name, i) => {
      if (name !== "") values.set(name, outputs[i]);
    });
  }
  return values;
}
