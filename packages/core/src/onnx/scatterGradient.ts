// The gradient of what writes updates at places of a tensor, or combines them with what is there.

import { zerosLike } from "./broadcast.ts";
import { type Attributes, stringAttribute } from "./graph.ts";
import { type GradientRule, unsupportedNode } from "./operator.ts";

/**
 * The cotangent of x and of the updates. Of a maximum or minimum it goes to what attains it, in equal shares where
 * several do.
 *
 * @param gather the operator that reads at the places at which the node writes
 * @param attributes what else both take
 */
export function scatterGradient(
  { g, node, inputs: [x, indices, updates], outputs: [y], cotangent }: Parameters<GradientRule>[0],
  gather: "GatherElements" | "GatherND",
  attributes: Attributes = {},
): ReturnType<GradientRule> {
  const reduction = stringAttribute(node, "reduction", "none");
  const read = (value: string) => g.node(gather, [value, indices], attributes);
  const write = (value: string, at: string, reduction: string) =>
    g.node(node.op, [value, indices, at], { ...attributes, reduction: { string: reduction } });
  if (reduction === "add") return [cotangent, undefined, read(cotangent)];
  if (reduction === "none") {
    const changed = read(cotangent);
    return [write(cotangent, zerosLike(g, changed), "none"), undefined, changed];
  }
  if (reduction !== "max" && reduction !== "min")
    throw unsupportedNode(node, 'reduction "none", "add", "max" or "min"', `"${reduction}"`);
  const kept = g.node("Equal", [x, y]);
  const hits = g.node("Equal", [updates, read(y)]);
  const count = write(g.node("CastLike", [kept, x]), g.node("CastLike", [hits, x]), "add");
  const share = g.node("Div", [cotangent, count]);
  // Nothing equals what is no number: no share of it is taken.
  const zero = g.scalar(0, x);
  return [g.node("Where", [kept, share, zero]), undefined, g.node("Where", [hits, read(share), zero])];
}
