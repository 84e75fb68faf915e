// One operator: its values computed from those of its inputs.

import type { Tensor } from "@carom/core";
import type { Node } from "@carom/core/onnx";

/** Computes the one output of a node, or a list of several; inputs that are left out are undefined. */
export type Kernel = (inputs: readonly Tensor[], node: Node) => Tensor | readonly Tensor[];

/** An attribute that is a whole number. */
export function int(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes[name];
  return attribute && "int" in attribute ? attribute.int : fallback;
}

/** An attribute that is a number. */
export function float(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes[name];
  return attribute && "float" in attribute ? attribute.float : fallback;
}

/** Whole numbers that an operator takes as an input in newer operator sets, as an attribute in older ones. */
export function intsOf(node: Node, name: string, input: Tensor | undefined): number[] | undefined {
  if (input) return Array.from(input.data as ArrayLike<number | bigint>, Number);
  const attribute = node.attributes[name];
  return attribute && "ints" in attribute ? [...attribute.ints] : undefined;
}

/** An attribute that is a word. */
export function word(node: Node, name: string, fallback: string): string {
  const attribute = node.attributes[name];
  return attribute && "string" in attribute ? attribute.string : fallback;
}
