// Classical models in standard operators, so that gradients flow through them without rules of their own.

import { GraphBuilder, OPSET } from "../builder.ts";
import type { Node, OnnxModel } from "../graph.ts";
import { CLASSICAL, lowerings } from "./index.ts";

/**
 * The same model with classical operators written out in standard ones of the opset in which graphs are built.
 *
 * Operators that cannot be written out, such as ensembles of trees, stay; a model without others is left alone.
 *
 * @throws InputError where a node does not say what its operator needs, or values have shapes that nobody knows
 */
export function lowerClassical(model: OnnxModel): OnnxModel {
  const { graph } = model;
  const used = new Set([...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.map(({ name }) => name)]);
  // A classifier's label is no number that gradients flow through: where it is used, the node stays.
  const isScored = ({ op, outputs }: Node) =>
    op.endsWith("Classifier") ? outputs.length === 2 && !used.has(outputs[0]) : outputs.length === 1;
  const isLowered = (node: Node) => node.domain === CLASSICAL && Object.hasOwn(lowerings, node.op) && isScored(node);
  if (!graph.nodes.some(isLowered)) return model;
  const g = GraphBuilder.from({ ...graph, nodes: [], outputs: [] });
  g.reserve(graph.nodes.flatMap(({ outputs }) => outputs));
  for (const node of graph.nodes) {
    if (!isLowered(node)) {
      g.push(node);
      continue;
    }
    const result = lowerings[node.op](g, node);
    const outputs = [node.outputs[node.outputs.length - 1]];
    g.push({ op: "Identity", domain: "", name: node.name, inputs: [result], outputs, attributes: {} });
  }
  for (const { name } of graph.outputs) g.output(name);
  return { ...model, graph: g.graph(), opsets: { ...model.opsets, "": OPSET } };
}
