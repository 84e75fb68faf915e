import { reduceTo } from "../broadcast.ts";
import { type Attributes, floatAttribute, intAttribute } from "../graph.ts";
import { nodeError, type Operator } from "../operator.ts";

/** Y = alpha A' B' + beta C, where A' and B' are A and B or their transposes. */
export const Gemm: Operator = {
  required: 2,
  infer({ node, inputs }) {
    const [a, b] = inputs;
    if (a!.shape.length !== 2 || b!.shape.length !== 2) {
      throw nodeError(node, "two matrices", `shapes [${a!.shape}] and [${b!.shape}]`);
    }
    const [rows, inner] = intAttribute(node, "transA", 0) ? [a!.shape[1], a!.shape[0]] : a!.shape;
    const [inner2, columns] = intAttribute(node, "transB", 0) ? [b!.shape[1], b!.shape[0]] : b!.shape;
    if (typeof inner === "number" && typeof inner2 === "number" && inner !== inner2) {
      throw nodeError(node, "inner dimensions that agree", `${inner} and ${inner2}`);
    }
    return [{ type: a!.type, shape: [rows, columns] }];
  },
  gradient({ g, node, inputs: [a, b, c], cotangent: dy }) {
    const transA = intAttribute(node, "transA", 0);
    const transB = intAttribute(node, "transB", 0);
    const alpha = floatAttribute(node, "alpha", 1);
    const beta = floatAttribute(node, "beta", 1);
    const product = (left: string, right: string, leftTransposed: number, rightTransposed: number) => {
      const attributes: Attributes = { transA: { int: leftTransposed }, transB: { int: rightTransposed } };
      return g.node("Gemm", [left, right], alpha === 1 ? attributes : { ...attributes, alpha: { float: alpha } });
    };
    const da = transA ? product(b, dy, transB, 1) : product(dy, b, 0, 1 - transB);
    const db = transB ? product(dy, a, 1, transA) : product(a, dy, 1 - transA, 0);
    if (!c) return [da, db];
    const dc = reduceTo(g, dy, c);
    return [da, db, beta === 1 ? dc : g.node("Mul", [dc, g.scalar(beta, dc)])];
  },
};
