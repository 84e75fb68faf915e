import type { GraphBuilder } from "../builder.ts";
import { floatAttribute, intAttribute, type Node, stringAttribute } from "../graph.ts";
import { activation } from "../rewrites/activation.ts";
import type { Rewrite } from "../rewrites/rewrite.ts";

/**
 * alpha A B, where each may be transposed: its last two axes (transA), or first its batch's last axis moved behind the
 * one next to last (transBatchA).
 */
export const FusedMatMul: Rewrite = {
  rewrite(g, node) {
    const [a, b] = ["A", "B"].map((side, i) => {
      const value = node.inputs[i];
      const rank = g.type(value).shape.length;
      if (rank < 2) return value;
      const perm = Array.from({ length: rank }, (_, axis) => axis);
      // [b0, b1, ..., M, K] is given as [b0.., M, b.., K] where its batch is transposed.
      if (intAttribute(node, `transBatch${side}`, 0)) perm.splice(0, rank - 1, ...perm.slice(1, rank - 1), 0);
      if (intAttribute(node, `trans${side}`, 0)) [perm[rank - 2], perm[rank - 1]] = [perm[rank - 1], perm[rank - 2]];
      return perm.every((axis, at) => axis === at) ? value : g.node("Transpose", [value], { perm: { ints: perm } });
    });
    const alpha = floatAttribute(node, "alpha", 1);
    const product = g.node("MatMul", [a, b]);
    return alpha === 1 ? product : g.node("Mul", [product, g.scalar(alpha, product)]);
  },
};

/** A convolution, plus another value where there is one, and a function of it. */
export const FusedConv: Rewrite = {
  rewrite(g, node) {
    const { activation: _, activation_params: parameters, ...attributes } = node.attributes;
    const [x, weights, bias = "", summand] = node.inputs;
    const y = g.node("Conv", bias ? [x, weights, bias] : [x, weights], attributes);
    const numbers = parameters && "floats" in parameters ? parameters.floats : [];
    return activated(g, node, summand ? g.node("Add", [y, summand]) : y, numbers);
  },
};

/** A product of matrices, and a function of it. */
export const FusedGemm: Rewrite = {
  rewrite(g, node) {
    const own = ["alpha", "beta", "transA", "transB"];
    const attributes = Object.fromEntries(Object.entries(node.attributes).filter(([name]) => own.includes(name)));
    const parameter = (name: string) => floatAttribute(node, `activation_${name}`, undefined);
    return activated(g, node, g.node("Gemm", node.inputs, attributes), [parameter("alpha"), parameter("beta")]);
  },
};

/** The function that the attribute names; `Clip` has its bounds as parameters. */
function activated(g: GraphBuilder, node: Node, x: string, parameters: readonly (number | undefined)[]): string {
  const name = stringAttribute(node, "activation", "");
  if (name === "") return x;
  const [alpha, beta] = parameters;
  if (name === "Clip") return g.node("Clip", [x, g.scalar(alpha ?? -3.4e38, x), g.scalar(beta ?? 3.4e38, x)]);
  return activation(node, name, alpha, beta)(g, x);
}
