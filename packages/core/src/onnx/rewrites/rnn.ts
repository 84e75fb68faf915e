import { type Cell, plus, unroll } from "./recurrence.ts";
import type { Rewrite } from "./rewrite.ts";

/** H' = f(x W + H R + b) (Elman, 1990). */
const cell: Cell = {
  activations: ["Tanh"],
  gates: 1,
  states: 1,
  step(g, { recurrent, inputBias, recurrentBias, functions: [f] }) {
    return (projected, [h]) => {
      const sum = g.node("Add", [projected, g.node("MatMul", [h, recurrent])]);
      return [f(g, plus(g, plus(g, sum, inputBias), recurrentBias))];
    };
  },
};

export const RNN: Rewrite = { rewrite: (g, node) => unroll(g, node, cell) };
