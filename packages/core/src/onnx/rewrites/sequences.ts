// Values that are lists of tensors, as exporters write a tensor cut into parts: where lengths and positions are known, the
// tensors stand for the list, and no list is left.

import { tensor } from "../../tensor.ts";
import type { GraphBuilder } from "../builder.ts";
import { intAttribute, type Node } from "../graph.ts";
import { unsupportedNode } from "../operator.ts";
import { contentOf } from "../valueType.ts";
import { knownNumber } from "./controlFlow.ts";
import type { Rewrite, RewriteContext } from "./rewrite.ts";

/** A rewrite that takes or gives lists. */
const onLists = (rewrite: Rewrite["rewrite"]): Rewrite => ({ since: 11, takesLists: true, rewrite });

/** Notes which tensors the node's output is a list of. */
function give(node: Node, { lists }: RewriteContext, tensors: readonly string[]): readonly undefined[] {
  lists.set(node.outputs[0], tensors);
  return [undefined];
}

function take(node: Node, { lists }: RewriteContext): readonly string[] {
  const tensors = lists.get(node.inputs[0]);
  if (!tensors) throw unsupportedNode(node, "a list of known length", "another");
  return tensors;
}

/** A position in a list of so many, counted from the end where it is negative; `absent` where none is given. */
function positionIn(g: GraphBuilder, node: Node, input: number, length: number, absent: number): number {
  if (!node.inputs[input]) return absent;
  const position = knownNumber(g, node.inputs[input]);
  if (position === undefined) throw unsupportedNode(node, "a position that is known before the graph runs", "another");
  return position < 0 ? position + length : position;
}

export const SequenceConstruct = onLists((_, node, context) => give(node, context, node.inputs));
export const SequenceEmpty = onLists((_, node, context) => give(node, context, []));

export const SequenceInsert = onLists((g, node, context) => {
  const list = take(node, context);
  return give(node, context, list.toSpliced(positionIn(g, node, 2, list.length, list.length), 0, node.inputs[1]));
});

export const SequenceErase = onLists((g, node, context) => {
  const list = take(node, context);
  return give(node, context, list.toSpliced(positionIn(g, node, 1, list.length, list.length - 1), 1));
});

export const SequenceAt = onLists((g, node, context) => {
  const list = take(node, context);
  const at = positionIn(g, node, 1, list.length, 0);
  if (list[at] === undefined) throw unsupportedNode(node, `a position below ${list.length}`, `${at}`);
  return list[at];
});

export const SequenceLength = onLists((g, node, context) =>
  g.constant(tensor("int64", [], [take(node, context).length])),
);

export const ConcatFromSequence = onLists((g, node, context) => {
  const list = take(node, context);
  const axis = intAttribute(node, "axis", 0);
  if (intAttribute(node, "new_axis", 0) === 0) return g.node("Concat", list, { axis: { int: axis } });
  const parts = list.map((tensor) => g.node("Unsqueeze", [tensor, g.ints([axis])]));
  return g.node("Concat", parts, { axis: { int: axis } });
});

/** Parts of given sizes, of one size but for the last, or of one element each, whose axis goes unless it is kept. */
export const SplitToSequence = onLists((g, node, context) => {
  const [x, split] = node.inputs;
  const { shape } = g.type(x);
  const axis = intAttribute(node, "axis", 0);
  const length = shape.at(axis);
  const given = split ? contentOf(g.type(split)) : [1];
  const known = given?.every((size) => typeof size === "number") ? (given as number[]) : undefined;
  const isList = split !== undefined && split !== "" && g.type(split).shape.length === 1;
  if (!known || typeof length !== "number") {
    throw unsupportedNode(node, "an axis and parts of known sizes", "others");
  }
  const sizes = isList ? known : partsOf(length, known[0]);
  const parts = g.nodeOutputs("Split", [x, g.ints(sizes)], { axis: { int: axis } }, sizes.length);
  const goes = !split && intAttribute(node, "keepdims", 1) === 0;
  return give(node, context, goes ? parts.map((part) => g.node("Squeeze", [part, g.ints([axis])])) : parts);
});

function partsOf(length: number, size: number): number[] {
  return Array.from({ length: Math.ceil(length / size) }, (_, i) => Math.min(size, length - i * size));
}
