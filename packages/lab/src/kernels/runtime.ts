// A runtime in plain TypeScript: every operator that the core can differentiate, and a hundredth of the bytes of ONNX
// Runtime. What it lacks it says when a model is compiled.

import { InputError, type Runtime, readModel, type Tensor, tensor } from "@carom/core";
import { processorLimits, type Session, type SessionValue } from "@carom/core/models";
import { type Graph, type Node, type OnnxModel, prune, upgrade, type ValueInfo } from "@carom/core/onnx";
import { activations } from "./activations.ts";
import { elementwise } from "./elementwise.ts";
import type { Kernel } from "./kernel.ts";
import { layouts } from "./layouts.ts";
import { normalizations } from "./normalizations.ts";
import { places } from "./places.ts";
import { products } from "./products.ts";
import { reductions } from "./reductions.ts";
import { shapes } from "./shapes.ts";
import { trees } from "./trees.ts";
import { windows } from "./windows.ts";

/** The operators there are. */
export const kernels: Readonly<Record<string, Kernel>> = {
  ...activations,
  ...elementwise,
  ...layouts,
  ...normalizations,
  ...places,
  ...products,
  ...reductions,
  ...shapes,
  ...trees,
  ...windows,
};

/**
 * A runtime that computes graphs of `kernels`, on this thread.
 *
 * @param pause is awaited between graphs, so that a thread can hear what came meanwhile
 */
export function kernelRuntime(pause: () => Promise<void> = async () => {}): Runtime {
  const runtime: Runtime = {
    identity: { provider: "cpu", version: "kernels", device: "unknown" },
    limits: processorLimits,
    get processor() {
      return runtime;
    },
    compile: async (model) => sessionOf(writtenOut(model instanceof Uint8Array ? readModel(model) : model), pause),
  };
  return runtime;
}

/**
 * The model in operators of one opset; outputs that cannot be written in such are left out, as the labels of classical
 * models are.
 *
 * @throws InputError where none can
 */
function writtenOut(model: OnnxModel): OnnxModel {
  const reasons: unknown[] = [];
  const of = (outputs: readonly ValueInfo[]) => upgrade({ ...model, graph: prune({ ...model.graph, outputs }) });
  const outputs = model.graph.outputs.filter((output) => {
    try {
      return of([output]);
    } catch (error) {
      reasons.push(error);
      return false;
    }
  });
  if (outputs.length === 0 && reasons.length > 0) throw reasons[0];
  return reasons.length > 0 ? of(outputs) : upgrade(model);
}

/** @throws InputError where the model has an operator that there is no kernel of */
function sessionOf({ graph }: OnnxModel, pause: () => Promise<void>): Session {
  const constants = new Map<string, Tensor>(graph.initializers);
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    if (node.op === "Constant" && node.domain === "") constants.set(node.outputs[0], constantOf(node));
    else if (kernels[fullName(node)]) nodes.push(node);
    else throw lacking(node);
  }
  /** Nodes that outputs need, by the outputs' names. */
  const needed = new Map<string, readonly Node[]>();
  const outputs = graph.outputs.map(({ name }) => name);
  return {
    inputs: graph.inputs.filter(({ name }) => !graph.initializers.has(name)).map(described),
    outputs: graph.outputs.map(described),
    async run(feeds, fetch = outputs) {
      await pause();
      const key = fetch.join(" ");
      if (!needed.has(key)) needed.set(key, behind(nodes, fetch));
      const values = new Map(constants);
      for (const [name, tensor] of Object.entries(feeds)) values.set(name, tensor);
      for (const node of needed.get(key)!) {
        const inputs = node.inputs.map((name) => values.get(name) as Tensor);
        const results = [kernels[fullName(node)](inputs, node)].flat();
        for (const [i, name] of node.outputs.entries()) values.set(name, results[i]);
      }
      return Object.fromEntries(fetch.map((name) => [name, values.get(name)!]));
    },
    release: async () => {},
  };
}

/** The name of a node's operator, with its domain where it is not the standard one. */
const fullName = ({ op, domain }: Node) => (domain === "" ? op : `${domain}.${op}`);

/** What a Constant node holds, in whichever of its attributes. @throws InputError where it is words */
function constantOf(node: Node): Tensor {
  const { value, value_float: one, value_floats: some, value_int: whole, value_ints: list } = node.attributes;
  if (value && "tensor" in value) return value.tensor;
  if (one && "float" in one) return tensor("float32", [], [one.float]);
  if (some && "floats" in some) return tensor("float32", [some.floats.length], some.floats);
  if (whole && "int" in whole) return tensor("int64", [], [whole.int]);
  if (list && "ints" in list) return tensor("int64", [list.ints.length], list.ints);
  throw lacking(node);
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

function lacking(node: Node): InputError {
  return new InputError("unsupported", `operator ${fullName(node)}`, {
    expected: `one of ${Object.keys(kernels).length} that this page computes by itself`,
    got: "another",
    remedy: "ask the command line, which computes with ONNX Runtime",
  });
}
