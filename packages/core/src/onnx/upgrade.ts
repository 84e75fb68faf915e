// Brings models to the operators that have rules: those of one opset, in which operators of other opsets and domains
// are written out.

import { InputError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import { appendGraph } from "./append.ts";
import { GraphBuilder, OPSET } from "./builder.ts";
import type { Graph, Node, OnnxModel } from "./graph.ts";
import { MAX_NODES } from "./limits.ts";
import { unsupportedNode } from "./operator.ts";
import { prune } from "./prune.ts";
import { rewriteOf } from "./rewrites/index.ts";
import { localsOf } from "./subgraph.ts";

/** The oldest opset that is read: from 7 on, operators broadcast as they do today. */
const OLDEST = 7;

/** The newest opset that is read, which is the newest that ONNX Runtime 1.30 takes. */
const NEWEST = 26;

/**
 * The same model in opset 18.
 *
 * Until 18, bounds, margins and axes moved from attributes to inputs, and Softmax came to mean one axis. After 18 came
 * operators such as Gelu; they are written out in those of 18, and so are classical operators (`ai.onnx.ml`), those of
 * the runtime's own domain (`com.microsoft`), and control flow that does not depend on the input. A model in which
 * nothing changes is left alone.
 *
 * @throws InputError where the opset is older than 7 or newer than 26, a node does not say what its operator needs, or
 * what has to be written out uses values of which shape or type is not known.
 */
export function upgrade(model: OnnxModel): OnnxModel {
  const version = model.opsets[""] ?? OPSET;
  if (!(version >= OLDEST && version <= NEWEST)) throw unsupportedOpset(version);
  const isChanged = model.graph.nodes.some((node) => rewriteOf(node, versionOf(node, model)));
  if (version >= OPSET && !isChanged) return model;
  return { ...model, graph: isChanged ? writtenOut(model) : model.graph, opsets: { ...model.opsets, "": OPSET } };
}

/** The version of a node's domain that the model imports. */
function versionOf(node: Node, { opsets }: OnnxModel): number {
  return opsets[node.domain] ?? OPSET;
}

/** The graph with every node that has to be written out replaced by what computes the same. */
function writtenOut(model: OnnxModel): Graph {
  const { graph } = model;
  const g = GraphBuilder.from({ ...graph, nodes: [], outputs: [] });
  g.reserve(graph.nodes.flatMap(({ outputs }) => outputs));
  const missing = new Map<string, Node>();
  const lists = new Map<string, readonly string[]>();
  const prefixes = unusedPrefixes(graph);
  const push = (node: Node): void => {
    if (g.currentNodes.length > MAX_NODES)
      throw unsupportedNode(node, `a graph of at most ${MAX_NODES} nodes once its loops are written out`, "more");
    const version = versionOf(node, model);
    const rewrite = rewriteOf(node, version);
    const maker = node.inputs.map((name) => missing.get(name)).find((each) => each !== undefined);
    if (maker && !rewrite?.takesLists) throw notWrittenOut(maker);
    if (!rewrite) {
      g.push(node);
      return;
    }
    const results = [rewrite.rewrite(g, node, { version, inline, lists })].flat();
    node.outputs.forEach((name, i) => {
      const result = results[i];
      if (name === "") return;
      if (result !== undefined)
        g.push({ op: "Identity", domain: "", name, inputs: [result], outputs: [name], attributes: {} });
      else missing.set(name, node);
    });
  };
  const receiver = { initializer: (name: string, value: Tensor) => g.initializer(name, value), push };
  const inline = (inner: Graph, given: Readonly<Record<string, string>>) =>
    appendGraph(receiver, inner, given, prefixes.next().value);
  for (const node of graph.nodes) push(node);
  const outputs = graph.outputs.map(({ name, shape }) => {
    const maker = missing.get(name);
    if (maker) throw notWrittenOut(maker);
    // What the file declares of its outputs may be more than follows from it.
    return { name, type: g.type(name).type, shape: shape ?? g.type(name).shape };
  });
  return prune({ ...g.graph(), name: graph.name, outputs });
}

/** Beginnings of names that no value of the graph has. */
function* unusedPrefixes(graph: Graph): Generator<string, string> {
  const names = [...localsOf(graph)].filter((name) => name.startsWith("inner"));
  for (let count = 0; ; count++) {
    const prefix = `inner${count}:`;
    if (!names.some((name) => name.startsWith(prefix))) yield prefix;
  }
}

function unsupportedOpset(version: number): InputError {
  return new InputError("unsupported", "opset of the ONNX file", {
    expected: `opset ${OLDEST} to ${NEWEST}`,
    got: `opset ${version}`,
    remedy: version < OLDEST ? "export the model with a newer opset, such as 18" : "export the model with opset 18",
  });
}

function notWrittenOut(node: Node): InputError {
  return unsupportedNode(node, "use of those outputs that gradients flow through", "use of another, such as a label");
}
