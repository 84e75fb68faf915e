// Pools that round the number of their windows up, as pools that do not.

import { GraphBuilder } from "../builder.ts";
import { isStatic } from "../dim.ts";
import { type Graph, intAttribute, type Node } from "../graph.ts";
import { kernelShape, remainder, windowOf } from "../window.ts";

/**
 * The same graph with `ceil_mode` left out of pools, their margins at the end being what the windows reach.
 *
 * A window that starts behind the input does not count (ONNX 1.16, opset 22). The runtime computes so in every opset, but
 * before opset 22 it expects that window when it infers shapes, and refuses what is computed from them.
 */
export function wholeWindows(graph: Graph): Graph {
  if (!graph.nodes.some(roundsUp)) return graph;
  const g = GraphBuilder.from({ ...graph, nodes: [], outputs: [] });
  g.reserve(graph.nodes.flatMap((node) => node.outputs));
  for (const node of graph.nodes) g.push(roundsUp(node) ? written(g, node) : node);
  for (const { name } of graph.outputs) g.output(name);
  return g.graph();
}

const roundsUp = (node: Node) => node.op.endsWith("Pool") && intAttribute(node, "ceil_mode", 0) !== 0;

function written(g: GraphBuilder, node: Node): Node {
  const spatial = g.type(node.inputs[0]).shape.slice(2);
  if (!isStatic(spatial)) return node;
  const window = windowOf(node, spatial, kernelShape(node));
  const rest = remainder(window);
  if (rest.every((width) => width < 0)) return node;
  // An average that counts its margin does not count what the last window reaches behind it.
  if (rest.some((width) => width < 0) && intAttribute(node, "count_include_pad", 0) !== 0) return node;
  const after = window.after.map((width, i) => Math.max(0, width - rest[i]));
  // The runtime takes margins that are smaller than the kernel.
  if (after.some((width, i) => width >= window.kernel[i])) return node;
  const { ceil_mode: _, auto_pad: __, ...attributes } = node.attributes;
  return { ...node, attributes: { ...attributes, pads: { ints: [...window.before, ...after] } } };
}
