// A runtime of a few operators in plain TypeScript: enough for the lab's own models, their training and their
// gradients, and a hundredth of the bytes of ONNX Runtime. What it lacks it says when a model is compiled.

import { InputError, type Runtime, readModel, type Tensor } from "@carom/core";
import { processorLimits, type Session, type SessionValue } from "@carom/core/models";
import type { Graph, Node, OnnxModel, ValueInfo } from "@carom/core/onnx";
import { elementwise } from "./elementwise.ts";
import type { Kernel } from "./kernel.ts";
import { products } from "./products.ts";
import { reductions } from "./reductions.ts";
import { shapes } from "./shapes.ts";

/** The operators there are. */
export const kernels: Readonly<Record<string, Kernel>> = { ...elementwise, ...products, ...reductions, ...shapes };

/** A runtime that computes graphs of `kernels`, on this thread. */
export function kernelRuntime(): Runtime {
  const runtime: Runtime = {
    identity: { provider: "cpu", version: "kernels", device: "unknown" },
    limits: processorLimits,
    get processor() {
      return runtime;
    },
    compile: async (model) => sessionOf(model instanceof Uint8Array ? readModel(model) : model),
  };
  return runtime;
}

/** @throws InputError where the model has an operator that there is no kernel of */
function sessionOf({ graph }: OnnxModel): Session {
  const constants = new Map<string, Tensor>(graph.initializers);
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const value = node.attributes.value;
    if (node.op === "Constant" && value && "tensor" in value) constants.set(node.outputs[0], value.tensor);
    else if (node.domain === "" && kernels[node.op]) nodes.push(node);
    else throw lacking(node);
  }
  /** Nodes that outputs need, by the outputs' names. */
  const needed = new Map<string, readonly Node[]>();
  const outputs = graph.outputs.map(({ name }) => name);
  return {
    inputs: graph.inputs.filter(({ name }) => !graph.initializers.has(name)).map(described),
    outputs: graph.outputs.map(described),
    async run(feeds, fetch = outputs) {
      const key = fetch.join(" ");
      if (!needed.has(key)) needed.set(key, behind(nodes, fetch));
      const values = new Map(constants);
      for (const [name, tensor] of Object.entries(feeds)) values.set(name, tensor);
      for (const node of needed.get(key)!) {
        const inputs = node.inputs.map((name) => values.get(name) as Tensor);
        values.set(node.outputs[0], kernels[node.op](inputs, node));
      }
      return Object.fromEntries(fetch.map((name) => [name, values.get(name)!]));
    },
    release: async () => {},
  };
}

/** The nodes that some values are computed by, in their order. */
function behind(nodes: Graph["nodes"], wanted: readonly string[]): Node[] {
  const names = new Set(wanted);
  const found: Node[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => names.has(name))) continue;
    for (const name of node.inputs) names.add(name);
    found.push(node);
  }
  return found.reverse();
}

function described({ name, type = "float32", shape }: ValueInfo): SessionValue {
  return { name, type, shape: shape?.map((dim) => (typeof dim === "number" ? dim : String(dim))) };
}

function lacking({ op, domain }: Node): InputError {
  return new InputError("unsupported", `operator ${domain ? `${domain}.` : ""}${op}`, {
    expected: `one of ${Object.keys(kernels).length} that this page computes by itself`,
    got: "another",
    remedy: "let ONNX Runtime compute the model",
  });
}
