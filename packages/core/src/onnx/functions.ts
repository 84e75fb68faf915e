// Functions that an ONNX file defines itself, as newer exporters do, written out where they are called.

import { InputError } from "../errors.ts";
import type { Attribute, Attributes, Node } from "./graph.ts";
import { MAX_NESTING, MAX_NODES } from "./limits.ts";
import { describeNode } from "./operator.ts";
import { isSame } from "./rewrites/index.ts";
import { mapGraphs, renameReads, withInner } from "./subgraph.ts";

/** An operator made of others, with names of its own for its inputs and outputs. */
export interface LocalFunction {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Attributes where the caller gives none. */
  readonly defaults: Attributes;
  readonly nodes: readonly Node[];
  /** Versions of the domains that its nodes were written for. */
  readonly opsets: Readonly<Record<string, number>>;
}

/**
 * The nodes with those of functions in place of their calls; values inside get names that begin with that of the call's
 * first output.
 *
 * @param opsets versions that the model imports
 * @throws InputError where functions call each other without end, or become more nodes than any real model has, or are
 * written for versions in which their operators meant something else.
 */
export function inlineFunctions(
  nodes: readonly Node[],
  functions: readonly LocalFunction[],
  opsets: Readonly<Record<string, number>>,
): readonly Node[] {
  if (functions.length === 0) return nodes;
  for (const each of functions) requireSameMeaning(each, opsets);
  const known = new Map(functions.map((each) => [keyOf(each), each]));
  let count = 0;
  const inline = (node: Node, depth: number): readonly Node[] => {
    if (depth > MAX_NESTING || ++count > MAX_NODES) throw endless(node);
    const called = known.get(keyOf(node));
    if (called) return bodyOf(called, node).flatMap((each) => inline(each, depth + 1));
    const attributes = mapGraphs(node.attributes, (graph) => {
      return { ...graph, nodes: graph.nodes.flatMap((each) => inline(each, depth)) };
    });
    return [{ ...node, attributes }];
  };
  return nodes.flatMap((node) => inline(node, 0));
}

/** @throws InputError where a node of the function means something else in the model's opsets. */
function requireSameMeaning({ op, nodes, opsets: own }: LocalFunction, opsets: Readonly<Record<string, number>>): void {
  for (const node of withInner(nodes)) {
    const [written, read] = [own[node.domain], opsets[node.domain]];
    if (written === undefined || read === undefined || isSame(node, written, read)) continue;
    throw new InputError("unsupported", `node ${describeNode(node)} of function "${op}" in the ONNX file`, {
      expected: `an operator that means the same in opset ${read}, which the model has`,
      got: `one of opset ${written}`,
      remedy: "export the model with one opset",
    });
  }
}

function keyOf({ op, domain }: Pick<Node, "op" | "domain">): string {
  return `${domain}.${op}`;
}

/** The nodes of a function with the names and attributes of one call. */
function bodyOf(called: LocalFunction, call: Node): readonly Node[] {
  const names = new Map<string, string>();
  called.outputs.forEach((name, i) => {
    if (call.outputs[i]) names.set(name, call.outputs[i]);
  });
  const returned = new Set(called.inputs.filter((name) => names.has(name)));
  called.inputs.forEach((name, i) => {
    names.set(name, call.inputs[i] ?? "");
  });
  const prefix = `${call.outputs.find((name) => name !== "")}::`;
  const rename = (name: string) => names.get(name) ?? prefix + name;
  const nodes = called.nodes.map((node) => ({
    ...renameReads(resolve(node, call.attributes, called.defaults), rename, prefix),
    name: node.name && prefix + node.name,
    outputs: node.outputs.map((name) => (name === "" ? "" : rename(name))),
  }));
  // An input that is an output at once has no node that makes it.
  const copies = [...returned].map((name): Node => {
    const output = call.outputs[called.outputs.indexOf(name)];
    return { op: "Identity", domain: "", name: output, inputs: [rename(name)], outputs: [output], attributes: {} };
  });
  return [...nodes, ...copies];
}

/**
 * The node with the values of attributes that the caller gives, or the function by default; those of neither are
 * absent.
 */
function resolve(node: Node, given: Attributes, defaults: Attributes): Node {
  const meant = (attribute: Attribute): Attribute | undefined => {
    if (!("reference" in attribute)) return attribute;
    const source = [given, defaults].find((each) => Object.hasOwn(each, attribute.reference));
    return source?.[attribute.reference];
  };
  const entries = Object.entries(node.attributes).flatMap(([name, attribute]) => {
    const value = meant(attribute);
    return value ? [[name, value] as const] : [];
  });
  const attributes = mapGraphs(Object.fromEntries(entries), (graph) => {
    return { ...graph, nodes: graph.nodes.map((each) => resolve(each, given, defaults)) };
  });
  return { ...node, attributes };
}

function endless(node: Node): InputError {
  return new InputError("invalid", `function at node ${describeNode(node)}`, {
    expected: `functions that call each other at most ${MAX_NESTING} deep, of at most ${MAX_NODES} nodes`,
    got: "more",
    remedy: "export the model again",
  });
}
