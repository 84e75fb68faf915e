// A graph in the operators that a runtime has.

import { GraphBuilder } from "../builder.ts";
import { type Graph, intAttribute, type Node, plainNode } from "../graph.ts";
import type { Lack } from "../lacks.ts";

/** Writes a node in other operators; the last of them gives the node's output its name. */
type Writing = (g: GraphBuilder, node: Node) => void;

/** Max and Min of several values as choices between two, one after the other. Where one is NaN, the other is chosen. */
const chosen: Writing = (g, { op, inputs: [first, ...rest], outputs: [output] }) => {
  const compare = op === "Max" ? "GreaterOrEqual" : "LessOrEqual";
  let value = first;
  rest.forEach((next, i) => {
    const inputs = [g.node(compare, [value, next]), value, next];
    if (i < rest.length - 1) value = g.node("Where", inputs);
    else g.push(plainNode("Where", inputs, output));
  });
};

/** x - max x - log sum exp(x - max x). */
const logSoftmax: Writing = (g, node) => {
  const [x] = node.inputs;
  const axis = g.ints([intAttribute(node, "axis", -1)]);
  const shifted = g.node("Sub", [x, g.node("ReduceMax", [x, axis])]);
  const sum = g.node("ReduceSum", [g.node("Exp", [shifted]), axis]);
  g.push(plainNode("Sub", [shifted, g.node("Log", [sum])], node.outputs[0]));
};

/** How each node is written that a runtime lacks; undefined for those that it has. */
function writingOf({ op, domain, inputs }: Node, lacks: ReadonlySet<Lack>): Writing | undefined {
  if (domain !== "") return undefined;
  if (lacks.has("Max and Min") && (op === "Max" || op === "Min") && inputs.length > 1) return chosen;
  if (lacks.has("LogSoftmax") && op === "LogSoftmax") return logSoftmax;
  return undefined;
}

/**
 * The same graph without what the runtime lacks, where there is another form; the graph itself where it lacks nothing.
 */
export function writtenFor(graph: Graph, lacks: ReadonlySet<Lack>): Graph {
  if (!graph.nodes.some((node) => writingOf(node, lacks))) return graph;
  const g = GraphBuilder.from({ ...graph, nodes: [], outputs: [] });
  g.reserve(graph.nodes.flatMap((node) => node.outputs));
  for (const node of graph.nodes) {
    const writing = writingOf(node, lacks);
    if (writing) writing(g, node);
    else g.push(node);
  }
  for (const { name } of graph.outputs) g.output(name);
  return g.graph();
}
