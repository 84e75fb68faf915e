// Gradients past the rounding of whole numbers, as if it were not there.

import { CLASSICAL } from "../onnx/classical/index.ts";
import { elementTypeNumber, elementTypeOf } from "../onnx/elementType.ts";
import { type Graph, intAttribute, type Node, type OnnxModel, plainNode } from "../onnx/graph.ts";
import { zeroGradient } from "../onnx/operator.ts";
import { operatorOf } from "../onnx/ops/index.ts";
import type { FloatType } from "../tensor.ts";
import { type InputPart, isReal } from "./inputNodes.ts";
import { withoutWords } from "./textInputs.ts";

/**
 * The joined file where whatever is computed of its whole numbers is also computed of the real ones that they are
 * rounded from, as far as operators have gradients, and taken from there where it becomes real. What compares whole
 * numbers, or chooses entries of a table by them, still gets those.
 *
 * Source: Bengio et al. 2013, the straight-through estimator.
 */
export function straightThrough(file: OnnxModel, parts: readonly InputPart[]): OnnxModel {
  const names = new Set(parts.filter(({ type }) => !isReal(type)).map(({ name }) => name));
  const type = file.graph.inputs[0].type as FloatType;
  const { graph } = withoutWords(file, names, type);
  const nodes: Node[] = [];
  /** The real numbers that stand for whole ones, by their names; of those that do not move, a cast. */
  const [moving, beside] = [new Map<string, string>(), new Map<string, string>()];
  const castOf = (value: string): string => {
    const name = `carom:real:${value}`;
    nodes.push(plainNode("Cast", [value], name, { to: { int: elementTypeNumber(type) } }));
    beside.set(value, name);
    return name;
  };
  const realOf = (value: string) => value && (moving.get(value) ?? beside.get(value) ?? castOf(value));
  for (const node of graph.nodes) {
    const { op, inputs, outputs } = node;
    if (op === "Cast" && names.has(outputs[0])) {
      nodes.push(node);
      moving.set(outputs[0], realSource(graph, node));
      continue;
    }
    const places = numbersOf(node).filter((place) => place < inputs.length);
    if (!places.some((place) => moving.has(inputs[place]))) {
      nodes.push(node);
      continue;
    }
    const taken = inputs.map((value, place) => (places.includes(place) ? realOf(value) : value));
    if (isMadeReal(node)) {
      nodes.push({ ...node, inputs: taken });
      continue;
    }
    // Who needs them still gets the whole numbers.
    const of = outputs.map((output) => output && `carom:real:${output}`);
    nodes.push(node);
    if (op === "Cast") moving.set(outputs[0], taken[0]);
    else {
      nodes.push({ ...node, name: node.name && `carom:real:${node.name}`, inputs: taken, outputs: of });
      // The second result of TopK are places.
      outputs.slice(0, op === "TopK" ? 1 : undefined).forEach((output, i) => {
        if (output) moving.set(output, of[i]);
      });
    }
  }
  return { ...file, graph: { ...graph, nodes } };
}

/** Whether what a graph computes has a gradient by a value: false where whatever is made of it has none. */
export function hasGradientBy({ nodes, outputs }: Graph, value: string): boolean {
  const moved = new Set([value]);
  for (const node of nodes) {
    const isStopped = operatorOf(node)?.gradient === zeroGradient || (node.op === "Cast" && !isMadeReal(node));
    if (!isStopped && node.inputs.some((input) => moved.has(input)))
      for (const output of node.outputs) moved.add(output);
  }
  return outputs.some(({ name }) => moved.has(name));
}

/** The real numbers that a cast to whole ones takes, before they were rounded. */
export function realSource({ nodes }: Graph, cast: Node): string {
  const maker = (value: string) => nodes.find(({ outputs }) => outputs[0] === value);
  const rounding = maker(cast.inputs[0]);
  const [from] = rounding?.inputs ?? cast.inputs;
  // Rounding up from a half, where a file's opset lacks Round, is past an addition.
  const raised = rounding?.op === "Floor" ? maker(from) : undefined;
  return raised ? raised.inputs[0] : from;
}

/** Whether a node gives real numbers, be those whole that it takes. */
function isMadeReal(node: Node): boolean {
  if (node.domain === CLASSICAL) return classical.includes(node.op);
  const to = node.op === "Cast" ? elementTypeOf(intAttribute(node, "to", 0)) : undefined;
  return to !== undefined && isReal(to);
}

/** Classical operators that take whole numbers as they do real ones, and give these. */
const classical = [
  ...["Scaler", "Normalizer", "LinearClassifier", "LinearRegressor", "SVMClassifier", "SVMRegressor"],
  ...["TreeEnsembleClassifier", "TreeEnsembleRegressor", "FeatureVectorizer"],
];

/** Operators all of whose inputs are numbers of one type. */
const alike = [
  ...["Add", "Sub", "Mul", "Div", "Max", "Min", "Clip", "PRelu"],
  ...["Concat", "MatMul", "Gemm", "Einsum", "FeatureVectorizer"],
];

/** Of others, the places of the numbers that their results are made of, where it is not the first alone. */
const among: Readonly<Record<string, readonly number[]>> = {
  Where: [1, 2],
  ScatterElements: [0, 2],
  ScatterND: [0, 2],
  Pad: [0, 2],
};

/** By which inputs a node has a gradient, were they real. */
function numbersOf(node: Node): readonly number[] {
  const { op, domain, inputs } = node;
  if (alike.includes(op)) return [...inputs.keys()];
  if (domain === CLASSICAL) return isMadeReal(node) || op === "ArrayFeatureExtractor" ? [0] : [];
  if (op === "Cast") return elementTypeOf(intAttribute(node, "to", 0)) === "bool" ? [] : [0];
  const operator = operatorOf(node);
  // The rest of a division of real numbers is another operator.
  return operator && operator.gradient !== zeroGradient && op !== "Mod" ? (among[op] ?? [0]) : [];
}
