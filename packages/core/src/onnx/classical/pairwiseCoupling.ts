// Probabilities of classes from those of pairs: the second method of Wu, Lin and Weng (2004), as libsvm iterates it.

import { tensor } from "../../tensor.ts";
import type { GraphBuilder } from "../builder.ts";

/** Iterations written out: libsvm's own need fewer to stop, but for rows that hardly change any more. */
const ITERATIONS = 12;

/** Classes that are coupled at most: each is a step of each iteration, written out. */
export const MOST_COUPLED = 6;

/**
 * The p that minimises sum over i and j of (r_ji p_i - r_ij p_j)^2 with sum p = 1, iterated until it is known to
 * 0.005/K.
 *
 * libsvm stops there, and ONNX Runtime with it; so each step is taken only by rows that have not stopped.
 *
 * @param pairs probabilities [N, K (K - 1) / 2] of the first class of each pair i < j
 */
export function couple(g: GraphBuilder, pairs: string, classes: number): string {
  const node = (op: string, ...inputs: readonly string[]) => g.node(op, inputs);
  const scalar = (value: number) => g.scalar(value, pairs);
  const last = g.ints([2]);
  // r [N, K, K] with r_ij = 1 - r_ji and zeros on its diagonal: each entry is one of the pairs, or 1 minus it.
  const index = (i: number, j: number) => (i * (2 * classes - i - 1)) / 2 + j - i - 1;
  const entries = Array.from({ length: classes * classes }, (_, e) => [Math.floor(e / classes), e % classes] as const);
  const both = g.node("Concat", [pairs, node("Sub", scalar(1), pairs), node("Sub", pairs, pairs)], {
    axis: { int: 1 },
  });
  const count = (classes * (classes - 1)) / 2;
  const places = entries.map(([i, j]) => (i === j ? 2 * count : i < j ? index(i, j) : count + index(j, i)));
  const cube = (value: string) => node("Reshape", value, g.ints([0, classes, classes]));
  const r = cube(g.node("Gather", [both, g.ints(places)], { axis: { int: 1 } }));
  const transposed = g.node("Transpose", [r], { perm: { ints: [0, 2, 1] } });
  // Q_tt = sum_j r_jt^2 and Q_tj = -r_jt r_tj.
  const diagonal = g.node("ReduceSum", [node("Mul", transposed, transposed), last], { keepdims: { int: 0 } });
  const unit = tensor(
    "float32",
    [classes, classes],
    entries.map(([i, j]) => (i === j ? 1 : 0)),
  );
  const onDiagonal = node("Mul", node("Unsqueeze", diagonal, last), g.constant(unit));
  const q = node("Sub", onDiagonal, node("Mul", transposed, r));

  const column = (value: string, t: number) => g.node("Gather", [value, g.ints([t])], { axis: { int: 1 } });
  let p = node("Add", node("Mul", diagonal, scalar(0)), scalar(1 / classes));
  let running: string | undefined;
  const sumOver = (value: string) => g.node("ReduceSum", [value, g.ints([1])]);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const before = p;
    let qp = g.node("ReduceSum", [node("Mul", q, node("Unsqueeze", p, g.ints([1]))), last], { keepdims: { int: 0 } });
    let pqp = sumOver(node("Mul", p, qp));
    const error = g.node("ReduceMax", [node("Abs", node("Sub", qp, pqp)), g.ints([1])]);
    const isOpen = node("GreaterOrEqual", error, scalar(0.005 / classes));
    running = running ? node("And", running, isOpen) : isOpen;
    for (let t = 0; t < classes; t++) {
      const qtt = column(diagonal, t);
      const qpt = column(qp, t);
      const difference = node("Div", node("Sub", pqp, qpt), qtt);
      const scale = node("Add", difference, scalar(1));
      const row = g.node("Gather", [q, g.constant(tensor("int64", [], [t]))], { axis: { int: 1 } });
      const gain = node("Mul", difference, node("Add", node("Mul", difference, qtt), node("Mul", qpt, scalar(2))));
      pqp = node("Div", node("Add", pqp, gain), node("Mul", scale, scale));
      qp = node("Div", node("Add", qp, node("Mul", difference, row)), scale);
      const direction = g.constant(
        tensor(
          "float32",
          [1, classes],
          Array.from({ length: classes }, (_, k) => (k === t ? 1 : 0)),
        ),
      );
      p = node("Div", node("Add", p, node("Mul", difference, direction)), scale);
    }
    p = node("Where", running, p, before);
  }
  return p;
}
