import { intAttribute } from "../graph.ts";
import { type Cell, gate, plus, unroll } from "./recurrence.ts";
import type { Rewrite } from "./rewrite.ts";

/** Gates z and r and the candidate of a state H: H' = (1 - z) candidate + z H (Cho and others, 2014). */
const cell: Cell = {
  activations: ["Sigmoid", "Tanh"],
  gates: 3,
  states: 1,
  step(g, { node, hidden, recurrent, inputBias, recurrentBias, functions: [f, squash] }) {
    const isResetAfter = intAttribute(node, "linear_before_reset", 0) !== 0;
    const parts = (value: string) => [0, 1, 2].map((k) => gate(g, value, k, hidden));
    const [toUpdate, toReset, toCandidate] = parts(recurrent);
    const [, , own] = inputBias ? parts(inputBias) : [];
    const [, , recalled] = recurrentBias ? parts(recurrentBias) : [];
    const biases = inputBias && recurrentBias ? parts(g.node("Add", [inputBias, recurrentBias])) : [];
    return (projected, [h]) => {
      const [forUpdate, forReset, forCandidate] = parts(projected);
      const argument = (x: string, weights: string, bias: string | undefined) =>
        plus(g, g.node("Add", [x, g.node("MatMul", [h, weights])]), bias);
      const update = f(g, argument(forUpdate, toUpdate, biases[0]));
      const reset = f(g, argument(forReset, toReset, biases[1]));
      const recall = isResetAfter
        ? g.node("Mul", [reset, plus(g, g.node("MatMul", [h, toCandidate]), recalled)])
        : plus(g, g.node("MatMul", [g.node("Mul", [reset, h]), toCandidate]), recalled);
      const candidate = squash(g, g.node("Add", [plus(g, forCandidate, own), recall]));
      const renewed = g.node("Mul", [g.node("Sub", [g.scalar(1, h), update]), candidate]);
      return [g.node("Add", [renewed, g.node("Mul", [update, h])])];
    };
  },
};

export const GRU: Rewrite = { rewrite: (g, node) => unroll(g, node, cell) };
