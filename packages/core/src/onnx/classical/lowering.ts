// What writes a classical operator out in standard ones has at hand, and how it reads what the node says.

import { tensor } from "../../tensor.ts";
import type { GraphBuilder } from "../builder.ts";
import type { Node } from "../graph.ts";
import { nodeError, unsupportedNode } from "../operator.ts";
import type { Rewrite } from "../rewrites/rewrite.ts";

/** Adds standard nodes that compute what a node of the domain `ai.onnx.ml` does; returns its outputs. */
export type Lowering = (g: GraphBuilder, node: Node) => ReturnType<Rewrite["rewrite"]>;

/** Numbers that the node holds; an empty list where it holds none of that name. */
export function numbers(node: Node, name: string): readonly number[] {
  const attribute = node.attributes[name];
  if (attribute && "floats" in attribute) return attribute.floats;
  return attribute && "ints" in attribute ? attribute.ints : [];
}

/** The first input as float32, in which classical operators compute. */
export function realInput(g: GraphBuilder, node: Node): string {
  return asReal(g, node.inputs[0]);
}

/** A value as float32. */
export function asReal(g: GraphBuilder, value: string): string {
  return g.type(value).type === "float32" ? value : g.node("Cast", [value], { to: { int: 1 } });
}

/** The first input as float32 rows [N, F], and F; throws where the number of features is not known. */
export function rowsInput(g: GraphBuilder, node: Node): readonly [rows: string, features: number] {
  const { shape } = g.type(node.inputs[0]);
  const features = shape[1];
  if (shape.length !== 2 || typeof features !== "number" || features < 1) {
    throw unsupportedNode(node, "rows of a known number of features", `shape [${shape}]`);
  }
  return [realInput(g, node), features];
}

/** A list with one number, or one per feature, as a float32 constant; throws where it has another length. */
export function perFeature(g: GraphBuilder, node: Node, name: string, features: number): string {
  const values = numbers(node, name);
  if (values.length !== 1 && values.length !== features) {
    throw nodeError(node, `1 or ${features} numbers in ${name}`, `${values.length}`);
  }
  return g.constant(tensor("float32", [values.length], values));
}

/** A matrix that the node holds row by row, as a float32 constant; throws where its size is another one. */
export function matrix(
  g: GraphBuilder,
  node: Node,
  name: string,
  [rows, columns]: readonly [number, number],
  values: readonly number[] = numbers(node, name),
): string {
  if (values.length !== rows * columns) {
    throw nodeError(node, `${rows} x ${columns} numbers in ${name}`, `${values.length}`);
  }
  return g.constant(tensor("float32", [rows, columns], values));
}

/** How many classes the node names. */
export function classCount(node: Node): number {
  for (const name of ["classlabels_ints", "classlabels_strings", "classlabels_int64s"]) {
    const labels = node.attributes[name];
    if (labels && "ints" in labels && labels.ints.length > 0) return labels.ints.length;
    if (labels && "strings" in labels && labels.strings.length > 0) return labels.strings.length;
  }
  throw nodeError(node, "labels of the classes", "none");
}
