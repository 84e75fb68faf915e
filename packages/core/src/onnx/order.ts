// A graph must be computable: every value made once, made before it is used, and no cycle.

import { InputError } from "../errors.ts";
import type { Graph, Node } from "./graph.ts";
import { describeNode } from "./operator.ts";
import { readsOf } from "./subgraph.ts";

/**
 * The same graph with its nodes in an order in which every value is computed before it is used.
 *
 * @throws InputError where a value is made twice, is never made, or depends on itself.
 */
export function orderNodes(graph: Graph): Graph {
  const available = new Set<string>(graph.initializers.keys());
  for (const { name } of graph.inputs) claim(available, name, `input "${name}"`);
  const makers = new Map<string, Node>();
  for (const node of graph.nodes) {
    for (const output of node.outputs) {
      if (output === "") continue;
      if (makers.has(output) || available.has(output)) throw twice(output, describeNode(node));
      makers.set(output, node);
    }
  }
  // Depth first with an explicit stack: files may nest deeper than the call stack.
  const ordered: Node[] = [];
  const state = new Map<Node, "open" | "done">();
  for (const root of graph.nodes) {
    const stack = [root];
    while (stack.length > 0) {
      const node = stack[stack.length - 1];
      if (state.get(node) === "done") {
        stack.pop();
        continue;
      }
      state.set(node, "open");
      const waiting: Node[] = [];
      for (const input of readsOf(node)) {
        if (input === "" || available.has(input)) continue;
        const maker = makers.get(input);
        if (!maker) throw broken("every value computed in the graph", `node ${describeNode(node)} using "${input}"`);
        if (state.get(maker) === "open")
          throw broken("a graph without cycles", `a cycle through ${describeNode(node)}`);
        if (!state.has(maker)) waiting.push(maker);
      }
      if (waiting.length > 0) {
        for (const maker of waiting.reverse()) stack.push(maker);
        continue;
      }
      for (const output of node.outputs) available.add(output);
      state.set(node, "done");
      ordered.push(node);
      stack.pop();
    }
  }
  for (const { name } of graph.outputs) {
    if (!available.has(name)) throw broken("every output computed in the graph", `output "${name}" that is not`);
  }
  return { ...graph, nodes: ordered };
}

function claim(available: Set<string>, name: string, what: string): void {
  if (name === "" || available.has(name)) throw twice(name, what);
  available.add(name);
}

function twice(name: string, where: string): InputError {
  return broken("each value made once and named", `"${name}" made again by ${where}`);
}

function broken(expected: string, got: string): InputError {
  return new InputError("invalid", "graph of the ONNX file", { expected, got, remedy: "export the model again" });
}
