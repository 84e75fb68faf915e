import { reduceTo } from "../broadcast.ts";
import type { Dim } from "../dim.ts";
import { type GraphWriter, nodeError, type Operator } from "../operator.ts";

/**
 * Y = A B over the last two axes, broadcast over the leading ones; a vector is a row on the left, a column on the
 * right.
 */
export const MatMul: Operator = {
  required: 2,
  infer({ node, inputs: [a, b] }) {
    if (a!.shape.length === 0 || b!.shape.length === 0) throw nodeError(node, "no scalars", "a scalar");
    const left = a!.shape.length === 1 ? [1, ...a!.shape] : a!.shape;
    const right = b!.shape.length === 1 ? [...b!.shape, 1] : b!.shape;
    const [rows, inner] = left.slice(-2);
    const [inner2, columns] = right.slice(-2);
    if (typeof inner === "number" && typeof inner2 === "number" && inner !== inner2) {
      throw nodeError(node, "inner dimensions that agree", `[${a!.shape}] and [${b!.shape}]`);
    }
    const [long, short] = left.length >= right.length ? [left, right] : [right, left];
    const leading: Dim[] = long.slice(0, -2).map((dim, i) => {
      const other = short[i - (long.length - short.length)];
      return dim === 1 && other !== undefined ? other : dim;
    });
    const tail = [...(a!.shape.length === 1 ? [] : [rows]), ...(b!.shape.length === 1 ? [] : [columns])];
    return [{ type: a!.type, shape: [...leading, ...tail] }];
  },
  gradient({ g, inputs: [a, b], cotangent }) {
    const rankA = g.type(a).shape.length;
    const rankB = g.type(b).shape.length;
    if (rankA === 2 && rankB === 2) {
      // Gemm transposes while it multiplies.
      return [
        g.node("Gemm", [cotangent, b], { transB: { int: 1 } }),
        g.node("Gemm", [a, cotangent], { transA: { int: 1 } }),
      ];
    }
    const axis = (value: string, at: number) => g.node("Unsqueeze", [value, g.ints([at])]);
    const left = rankA === 1 ? axis(a, 0) : a;
    const right = rankB === 1 ? axis(b, 1) : b;
    let dy = cotangent;
    if (rankB === 1) dy = axis(dy, -1);
    if (rankA === 1) dy = axis(dy, -2);
    const da = reduceTo(g, g.node("MatMul", [dy, transposeLast(g, right)]), left);
    const db = reduceTo(g, g.node("MatMul", [transposeLast(g, left), dy]), right);
    return [
      rankA === 1 ? g.node("Squeeze", [da, g.ints([0])]) : da,
      rankB === 1 ? g.node("Squeeze", [db, g.ints([1])]) : db,
    ];
  },
};

function transposeLast(g: GraphWriter, value: string): string {
  const rank = g.type(value).shape.length;
  const perm = Array.from({ length: rank }, (_, i) => i);
  [perm[rank - 2], perm[rank - 1]] = [rank - 1, rank - 2];
  return g.node("Transpose", [value], { perm: { ints: perm } });
}
