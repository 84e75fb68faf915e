import { intsAttribute, type Node } from "../graph.ts";
import type { Operator } from "../operator.ts";

/** y = x with its axes in the order `perm` (reversed where absent). */
export const Transpose: Operator = {
  infer: ({ node, inputs: [x] }) => [
    { type: x!.type, shape: permutationOf(node, x!.shape.length).map((axis) => x!.shape[axis]) },
  ],
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
