import { tensor } from "../../tensor.ts";
import type { GraphBuilder } from "../builder.ts";
import { floatAttribute, intAttribute, type Node } from "../graph.ts";
import { nodeError, unknownSize, unsupportedNode } from "../operator.ts";
import { attend, causalMask, joinHeads, splitHeads } from "./attend.ts";
import type { Rewrite } from "./rewrite.ts";

/** Attention of several heads, over the keys and values given and those kept from before. */
export const Attention: Rewrite = {
  since: 23,
  rewrite(g, node) {
    const [given, givenKeys, givenValues, seen = "", pastKeys = "", pastValues = "", lengths = ""] = node.inputs;
    if (lengths !== "") throw unsupportedNode(node, "keys without padding", "nonpad_kv_seqlen");
    for (const name of ["left_window_size", "right_window_size"]) {
      const width = intAttribute(node, name, -1);
      if (width >= 0) throw unsupportedNode(node, "attention to all keys", `${name} ${width}`);
    }
    const isFlat = g.type(given).shape.length === 3;
    const heads = (value: string, name: string) => {
      if (!isFlat) return value;
      const count = intAttribute(node, name, 0);
      if (count < 1) throw nodeError(node, `${name} beside inputs of three axes`, `${count}`);
      return splitHeads(g, value, count);
    };
    const after = (past: string, value: string) =>
      past === "" ? value : g.node("Concat", [past, value], { axis: { int: 2 } });
    const q = heads(given, "q_num_heads");
    const k = after(pastKeys, heads(givenKeys, "kv_num_heads"));
    const v = after(pastValues, heads(givenValues, "kv_num_heads"));
    const size = g.type(q).shape[3];
    const scale = floatAttribute(node, "scale", typeof size === "number" ? 1 / Math.sqrt(size) : undefined);
    if (scale === undefined) throw unknownSize(node, "the size of queries", `${size}`);
    const isTruth = seen !== "" && g.type(seen).type === "bool";
    const y = attend(g, q, k, v, {
      scale,
      softcap: floatAttribute(node, "softcap", 0),
      mask: both(g, isTruth ? seen : undefined, intAttribute(node, "is_causal", 0) ? causal(g, node, q, k) : undefined),
      bias: seen === "" || isTruth ? undefined : seen,
    });
    return [isFlat ? joinHeads(g, y) : y, k, v];
  },
};

/** Keys up to a query's own place, and all that were kept from before. */
function causal(g: GraphBuilder, node: Node, q: string, k: string): string {
  const [, keys, , , past] = node.inputs;
  if (!past) return causalMask(g, q, k);
  // The runtime's place of the first query is another one than the standard's where there are more keys or fewer.
  if (g.type(keys).shape.at(-2) !== g.type(node.inputs[0]).shape.at(-2)) {
    throw unsupportedNode(node, "as many new keys as queries, where those before are kept", "others");
  }
  const index = g.constant(tensor("int64", [], [2]));
  return causalMask(g, q, k, g.node("Gather", [g.node("Shape", [past]), index]));
}

function both(g: GraphBuilder, a: string | undefined, b: string | undefined): string | undefined {
  return a && b ? g.node("And", [a, b]) : (a ?? b);
}
