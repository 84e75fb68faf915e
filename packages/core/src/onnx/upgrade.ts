// Brings models of other opsets to the one in which graphs are built: what changed from 7 on, and only that.

import { InputError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import { OPSET } from "./builder.ts";
import type { Attributes, Graph, Node, OnnxModel } from "./graph.ts";
import { rewrites } from "./rewrites/index.ts";

/** The oldest opset that is read: from 7 on, operators broadcast as they do today. */
const OLDEST = 7;

/** The newest opset that is read, which is the newest that ONNX Runtime 1.30 takes. */
const NEWEST = 26;

/**
 * The same model in opset 18.
 *
 * Until 18, bounds, margins and axes moved from attributes to inputs, and Softmax came to mean one axis. After 18 came
 * operators such as Gelu; they are written out in those of 18. A model in which nothing changed, or that imports no
 * standard operators, is left alone.
 *
 * @throws InputError where the opset is older than 7 or newer than 26.
 */
export function upgrade(model: OnnxModel): OnnxModel {
  const version = model.opsets[""];
  if (version === undefined) return model;
  if (!(version >= OLDEST && version <= NEWEST)) throw unsupportedOpset(version);
  const isChanged = model.graph.nodes.some((node) => rewriteOf(node, version));
  if (version >= OPSET && !isChanged) return model;
  return { ...model, graph: upgradeGraph(model.graph, version), opsets: { ...model.opsets, "": OPSET } };
}

function rewriteOf(node: Node, version: number) {
  if (node.domain !== "" || !Object.hasOwn(rewrites, node.op)) return undefined;
  const { since = OLDEST, until = NEWEST, rewrite } = rewrites[node.op];
  return version >= since && version <= until ? rewrite : undefined;
}

function upgradeGraph(graph: Graph, version: number): Graph {
  const initializers = new Map(graph.initializers);
  const taken = new Set([...initializers.keys(), ...graph.inputs.map(({ name }) => name)]);
  for (const node of graph.nodes) for (const output of node.outputs) taken.add(output);
  const float = graph.inputs.some(({ type }) => type === "float64") ? "float64" : "float32";

  const nodes = graph.nodes.flatMap((node): readonly Node[] => {
    const rewrite = rewriteOf(node, version);
    if (!rewrite) return [node];
    const before: Node[] = [];
    const hint = node.outputs[0];
    const last = rewrite(node, {
      version,
      float,
      constant(value: Tensor) {
        const name = unused(taken, `${hint}_constant`);
        initializers.set(name, value);
        return name;
      },
      node(op: string, inputs: readonly string[], attributes: Attributes = {}) {
        const name = unused(taken, `${hint}_${op}`);
        before.push({ op, domain: "", name, inputs, outputs: [name], attributes });
        return name;
      },
    });
    return [...before, last];
  });
  return { ...graph, nodes, initializers };
}

function unused(taken: Set<string>, hint: string): string {
  let name = hint;
  for (let count = 1; taken.has(name); count++) name = `${hint}_${count}`;
  taken.add(name);
  return name;
}

function unsupportedOpset(version: number): InputError {
  return new InputError("unsupported", "opset of the ONNX file", {
    expected: `opset ${OLDEST} to ${NEWEST}`,
    got: `opset ${version}`,
    remedy: version < OLDEST ? "export the model with a newer opset, such as 18" : "export the model with opset 18",
  });
}
