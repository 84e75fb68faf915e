import { elementAt, moved } from "../dataPropagation.ts";
import { intsAttribute, type Node } from "../graph.ts";
import type { Operator } from "../operator.ts";
import { sameRange } from "../range.ts";

/** y = x with its axes in the order `perm` (reversed where absent). */
export const Transpose: Operator = {
  infer: ({ node, inputs: [x] }) => [
    { type: x!.type, shape: permutationOf(node, x!.shape.length).map((axis) => x!.shape[axis]) },
  ],
  propagate: moved((node, [x]) => {
    const perm = intsAttribute(node, "perm", x.shape.map((_, axis) => axis).reverse());
    return (index) => {
      const from: number[] = [];
      perm.forEach((axis, i) => {
        from[axis] = index[i];
      });
      return elementAt(x, from);
    };
  }),
  range: sameRange,
  gradient({ g, node, inputs: [x], cotangent }) {
    const inverse: number[] = [];
    permutationOf(node, g.type(x).shape.length).forEach((axis, i) => {
      inverse[axis] = i;
    });
    return [g.node("Transpose", [cotangent], { perm: { ints: inverse } })];
  },
};

function permutationOf(node: Node, rank: number): readonly number[] {
  return intsAttribute(
    node,
    "perm",
    Array.from({ length: rank }, (_, i) => rank - 1 - i),
  );
}
