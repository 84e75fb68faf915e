// Pools that round the number of their windows up, as pools that do not.

import { GraphBuilder } from "../builder.ts";
import { isStatic } from "../dim.ts";
import { type Graph, intAttribute, type Node, plainNode } from "../graph.ts";
import { kernelShape, remainder, type Window, windowOf } from "../window.ts";

/**
 * The same graph with `ceil_mode` left out of pools, their margins at the end being what the windows reach.
 *
 * A window that starts behind the input does not count (ONNX 1.16, opset 22). The runtime computes so in every opset,
 * but before opset 22 it expects that window when it infers shapes, and refuses what is computed from them.
 */
export function wholeWindows(graph: Graph): Graph {
  if (!graph.nodes.some(roundsUp)) return graph;
  const g = GraphBuilder.from({ ...graph, nodes: [], outputs: [] });
  g.reserve(graph.nodes.flatMap((node) => node.outputs));
  for (const node of graph.nodes) {
    if (roundsUp(node)) pushWhole(g, node);
    else g.push(node);
  }
  for (const { name } of graph.outputs) g.output(name);
  return g.graph();
}

const roundsUp = (node: Node) => node.op.endsWith("Pool") && intAttribute(node, "ceil_mode", 0) !== 0;

function pushWhole(g: GraphBuilder, node: Node): void {
  const spatial = g.type(node.inputs[0]).shape.slice(2);
  const window = isStatic(spatial) ? windowOf(node, spatial, kernelShape(node)) : undefined;
  const rest = window ? remainder(window) : [];
  if (!window || rest.every((width) => width < 0)) {
    g.push(node);
    return;
  }
  const after = window.after.map((width, i) => Math.max(0, width - rest[i]));
  // An average that counts its margin does not count what the last window reaches behind it; and the runtime takes
  // margins that are smaller than the kernel.
  const countsMargin = intAttribute(node, "count_include_pad", 0) !== 0 && rest.some((width) => width < 0);
  if (countsMargin || after.some((width, i) => width >= window.kernel[i])) {
    pushCut(g, node, window, rest);
    return;
  }
  const { ceil_mode: _, auto_pad: __, ...attributes } = node.attributes;
  g.push({ ...node, attributes: { ...attributes, pads: { ints: [...window.before, ...after] } } });
}

/** The node, and behind it the window cut off that the runtime expects and does not compute. */
function pushCut(g: GraphBuilder, node: Node, { output }: Window, rest: readonly number[]): void {
  const axes = rest.flatMap((width, i) => (width > 0 ? [i] : []));
  if (axes.length === 0) {
    g.push(node);
    return;
  }
  const bounds = [axes.map(() => 0), axes.map((i) => output[i]), axes.map((i) => i + 2)].map((list) => g.ints(list));
  const results = g.nodeOutputs(node.op, node.inputs, node.attributes, node.outputs.length);
  node.outputs.forEach((name, i) => {
    if (name !== "") g.push(plainNode("Slice", [results[i], ...bounds], name));
  });
}
