import { intAttribute } from "../graph.ts";
import { type Cell, gate, plus, unroll } from "./recurrence.ts";
import type { Rewrite } from "./rewrite.ts";

/**
 * Gates i, o, f and the candidate c of a cell with state C and output H (Hochreiter and Schmidhuber, 1997), with
 * peepholes from the state to the gates where the node has weights for them (Gers and Schmidhuber, 2000).
 */
const cell: Cell = {
  activations: ["Sigmoid", "Tanh", "Tanh"],
  gates: 4,
  states: 2,
  step(g, { node, hidden, recurrent, inputBias, recurrentBias, peepholes, functions: [f, candidate, squash] }) {
    const bias = inputBias && recurrentBias ? g.node("Add", [inputBias, recurrentBias]) : undefined;
    const isCoupled = intAttribute(node, "input_forget", 0) !== 0;
    const peek = (state: string, k: number) => peepholes && g.node("Mul", [state, gate(g, peepholes, k, hidden)]);
    return (projected, [h, c]) => {
      const all = plus(g, g.node("Add", [projected, g.node("MatMul", [h, recurrent])]), bias);
      const argument = (k: number) => gate(g, all, k, hidden);
      const input = f(g, plus(g, argument(0), peek(c, 0)));
      const forget = isCoupled ? g.node("Sub", [g.scalar(1, c), input]) : f(g, plus(g, argument(2), peek(c, 2)));
      const next = g.node("Add", [g.node("Mul", [forget, c]), g.node("Mul", [input, candidate(g, argument(3))])]);
      const output = f(g, plus(g, argument(1), peek(next, 1)));
      return [g.node("Mul", [output, squash(g, next)]), next];
    };
  },
};

export const LSTM: Rewrite = { rewrite: (g, node) => unroll(g, node, cell) };
