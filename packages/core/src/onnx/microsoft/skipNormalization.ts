import type { GraphBuilder } from "../builder.ts";
import { floatAttribute, type Node } from "../graph.ts";
import type { Rewrite } from "../rewrites/rewrite.ts";
import { rmsNormalization } from "../rewrites/rmsNormalization.ts";

/** Epsilon where the node has none. */
const EPSILON = 1e-12;

/** The normalization of input + skip + bias over the last axis; the sum is the fourth output. */
export const SkipLayerNormalization: Rewrite = {
  rewrite(g, node) {
    const [, , scale, shift = "", bias] = node.inputs;
    const sum = summed(g, node, bias);
    const attributes = { axis: { int: -1 }, epsilon: { float: floatAttribute(node, "epsilon", EPSILON) } };
    const y = g.node("LayerNormalization", shift ? [sum, scale, shift] : [sum, scale], attributes);
    return [y, undefined, undefined, sum];
  },
};

/** The same without taking off the mean. */
export const SkipSimplifiedLayerNormalization: Rewrite = {
  rewrite(g, node) {
    const [, , scale, bias] = node.inputs;
    const sum = summed(g, node, bias);
    const last = g.type(sum).shape.length - 1;
    const y = rmsNormalization(g, sum, scale, [last], floatAttribute(node, "epsilon", EPSILON));
    return [y, undefined, undefined, sum];
  },
};

function summed(g: GraphBuilder, { inputs: [x, skip] }: Node, bias: string | undefined): string {
  const sum = g.node("Add", [x, skip]);
  return bias ? g.node("Add", [sum, bias]) : sum;
}
