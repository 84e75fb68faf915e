// Brings models of older opsets to the one in which graphs are built: what changed between 13 and 18, and only that.

import { InputError } from "../errors.ts";
import { tensor } from "../tensor.ts";
import { OPSET } from "./builder.ts";
import { type Graph, intsAttribute, type Node, type OnnxModel } from "./graph.ts";
import { describeNode } from "./operator.ts";

/** The oldest opset that is read: from 13 on, Squeeze, ReduceSum and Softmax mean what they mean today. */
const OLDEST = 13;

/** The newest opset that is read: up to it, the operators that are differentiated mean the same as in 18. */
const NEWEST = 21;

/**
 * The same model in opset 18 where it is older; a model of opset 18 to 21 as it is.
 *
 * From 13 to 18, the reductions' axes moved from an attribute to an input, and a Split without sizes came to say how
 * many parts it makes. A model that imports no standard operators is left alone.
 *
 * @throws InputError where the opset is older than 13 or newer than 21.
 */
export function upgrade(model: OnnxModel): OnnxModel {
  const version = model.opsets[""];
  if (version === undefined || (version >= OPSET && version <= NEWEST)) return model;
  if (!(version >= OLDEST && version <= NEWEST)) throw unsupportedOpset(version);
  return { ...model, graph: upgradeGraph(model.graph), opsets: { ...model.opsets, "": OPSET } };
}

/** Reductions whose axes were an attribute before opset 18; those of ReduceSum have been an input since 13. */
const reductions: ReadonlySet<string> = new Set([
  "ReduceL1",
  "ReduceL2",
  "ReduceLogSum",
  "ReduceLogSumExp",
  "ReduceMax",
  "ReduceMean",
  "ReduceMin",
  "ReduceProd",
  "ReduceSumSquare",
]);

function upgradeGraph(graph: Graph): Graph {
  const initializers = new Map(graph.initializers);
  const taken = new Set([...initializers.keys(), ...graph.inputs.map(({ name }) => name)]);
  for (const node of graph.nodes) for (const output of node.outputs) taken.add(output);

  const upgradeNode = (node: Node): Node => {
    if (node.domain !== "") return node;
    if (reductions.has(node.op)) {
      const axes = intsAttribute(node, "axes", []);
      const { axes: _, ...attributes } = node.attributes;
      if (axes.length === 0) return { ...node, attributes };
      const name = unused(taken, `${node.outputs[0]}_axes`);
      initializers.set(name, tensor("int64", [axes.length], axes));
      return { ...node, inputs: [node.inputs[0], name], attributes };
    }
    if (node.op === "Split" && !node.inputs[1]) {
      return { ...node, attributes: { ...node.attributes, num_outputs: { int: node.outputs.length } } };
    }
    if (node.op === "BatchNormalization" && node.outputs.length > 1 && !node.attributes.training_mode) {
      // Before opset 14, more than one output asked for training with statistics that no later opset returns.
      throw new InputError("unsupported", `node ${describeNode(node)}`, {
        expected: "batch normalization with one output",
        got: `${node.outputs.length} outputs`,
        remedy: "export the model for inference",
      });
    }
    return node;
  };
  const nodes = graph.nodes.map(upgradeNode);
  return { ...graph, nodes, initializers };
}

function unused(taken: Set<string>, hint: string): string {
  let name = hint;
  while (taken.has(name)) name += "_";
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
