// Values that are lists of tensors, as exporters write a tensor cut into parts: where lengths and positions are known,
// the tensors stand for the list, and no list is left.

import { tensor } from "../../tensor.ts";
import type { GraphBuilder } from "../builder.ts";
import { intAttribute, type Node } from "../graph.ts";
import { MAX_NODES } from "../limits.ts";
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

/** A position up to `last`, counted from behind a list of so many where it is negative; `last` where none is given. */
function positionIn(g: GraphBuilder, node: Node, input: number, length: number, last: number): number {
  if (!node.inputs[input]) return last;
  const given = knownNumber(g, node.inputs[input]);
  if (given === undefined) throw unsupportedNode(node, "a position that is known before the graph runs", "another");
  const position = given < 0 ? given + length : given;
  if (!(position >= 0 && position <= last))
    throw unsupportedNode(node, `a position in a list of ${length}`, `${given}`);
  return position;
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
  return list[positionIn(g, node, 1, list.length, list.length - 1)];
});

export const SequenceLength = onLists((g, node, context) =>
  g.constant(tensor("int64", [], [take(node, context).length])),
);

export const ConcatFromSequence = onLists((g, node, context) => {
  const list = take(node, context);
  if (list.length === 0) throw unsupportedNode(node, "a list of at least one tensor", "an empty one");
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
  if (!known || typeof length !== "number") {
    throw unsupportedNode(node, "an axis and parts of known sizes", "others");
  }
  const isList = split ? g.type(split).shape.length === 1 : false;
  const sizes = isList ? known : partsOf(node, length, known[0]);
  const parts = g.nodeOutputs("Split", [x, g.ints(sizes)], { axis: { int: axis } }, sizes.length);
  const goes = !split && intAttribute(node, "keepdims", 1) === 0;
  return give(node, context, goes ? parts.map((part) => g.node("Squeeze", [part, g.ints([axis])])) : parts);
});

function partsOf(node: Node, length: number, size: number): number[] {
  if (!(size >= 1 && length <= size * MAX_NODES)) {
    throw unsupportedNode(node, `at most ${MAX_NODES} parts`, `parts of ${size} of a length of ${length}`);
  }
  return Array.from({ length: Math.ceil(length / size) }, (_, i) => Math.min(size, length - i * size));
}
