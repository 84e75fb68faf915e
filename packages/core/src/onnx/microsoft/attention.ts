import type { GraphBuilder } from "../builder.ts";
import { floatAttribute, intAttribute, intsAttribute, type Node } from "../graph.ts";
import { nodeError, unknownSize, unsupportedNode } from "../operator.ts";
import { attend, causalMask, joinHeads, splitHeads } from "../rewrites/attend.ts";
import type { Rewrite } from "../rewrites/rewrite.ts";

/** Attention with the projections to queries, keys and values, whose weights stand beside each other. */
export const Attention: Rewrite = {
  rewrite(g, node) {
    const [x, weights, bias = "", mask = "", past = "", addend = ""] = node.inputs;
    if (past !== "") throw unsupportedNode(node, "attention without keys kept from before", "past");
    if (intAttribute(node, "do_rotary", 0))
      throw unsupportedNode(node, "attention without rotary embedding", "do_rotary");
    const width = g.type(weights).shape[1];
    if (typeof width !== "number") throw unknownSize(node, "the size of the weights", `${width}`);
    const sizes = intsAttribute(node, "qkv_hidden_sizes", [width / 3, width / 3, width / 3]);
    const product = g.node("MatMul", [x, weights]);
    const projected = bias ? g.node("Add", [product, bias]) : product;
    const parts = g.nodeOutputs("Split", [projected, g.ints(sizes)], { axis: { int: 2 } }, 3);
    return ofHeads(g, node, parts, { mask, addend, isCausal: intAttribute(node, "unidirectional", 0) !== 0 });
  },
};

/** Attention between queries, keys and values, each plus its part of a bias. */
export const MultiHeadAttention: Rewrite = {
  rewrite(g, node) {
    const [q, k = "", v = "", bias = "", mask = "", addend = "", past = ""] = node.inputs;
    if (past !== "") throw unsupportedNode(node, "attention without keys kept from before", "past_key");
    if ([q, k, v].some((value) => value === "" || g.type(value).shape.length !== 3)) {
      throw unsupportedNode(node, "queries, keys and values of three axes", "others");
    }
    const sizes = [q, k, v].map((value) => g.type(value).shape[2] as number);
    const biases = bias ? g.nodeOutputs("Split", [bias, g.ints(sizes)], { axis: { int: 0 } }, 3) : [];
    const parts = [q, k, v].map((value, i) => (bias ? g.node("Add", [value, biases[i]]) : value));
    return ofHeads(g, node, parts, { mask, addend, isCausal: intAttribute(node, "unidirectional", 0) !== 0 });
  },
};

function ofHeads(
  g: GraphBuilder,
  node: Node,
  parts: readonly string[],
  { mask, addend, isCausal }: { mask: string; addend: string; isCausal: boolean },
): string {
  const heads = intAttribute(node, "num_heads", 0);
  if (heads < 1) throw nodeError(node, "num_heads of 1 or more", `${heads}`);
  const [q, k, v] = parts.map((value) => splitHeads(g, value, heads));
  const size = g.type(q).shape[3];
  const given = floatAttribute(node, "scale", 0);
  if (typeof size !== "number") throw unknownSize(node, "the size of queries", `${size}`);
  const biases = [mask && masked(g, node, mask, q), addend].filter((value) => value !== "");
  const y = attend(g, q, k, v, {
    scale: given === 0 ? 1 / Math.sqrt(size) : given,
    mask: isCausal ? causalMask(g, q, k) : undefined,
    bias: biases.length > 0 ? biases.reduce((sum, each) => g.node("Add", [sum, each])) : undefined,
  });
  return joinHeads(g, y);
}

/** What is added for keys that are masked: 0 in a mask [B, T] or [B, S, T]. */
function masked(g: GraphBuilder, node: Node, mask: string, q: string): string {
  const rank = g.type(mask).shape.length;
  if (rank !== 2 && rank !== 3) throw unsupportedNode(node, "a mask [B, T] or [B, S, T]", `[${g.type(mask).shape}]`);
  const isSeen = g.node("Cast", [g.node("Unsqueeze", [mask, g.ints(rank === 2 ? [1, 2] : [1])])], { to: { int: 9 } });
  return g.node("Where", [isSeen, g.scalar(0, q), g.scalar(floatAttribute(node, "mask_filter_value", -10000), q)]);
}
