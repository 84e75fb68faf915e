import { tensor } from "../../tensor.ts";
import { MAX_NODES } from "../limits.ts";
import { nodeError, unknownSize, unsupportedNode } from "../operator.ts";
import { bodyOf, knownNumber } from "./controlFlow.ts";
import type { Rewrite } from "./rewrite.ts";

/** The body once per iteration, where their number is known before the graph runs. */
export const Loop: Rewrite = {
  rewrite(g, node, { inline }) {
    const body = bodyOf(node, "body");
    const [limit, start, ...initial] = node.inputs;
    const most = limit ? knownNumber(g, limit) : Number.POSITIVE_INFINITY;
    if (most === undefined) throw unknownSize(node, "the number of iterations", "a computed one");
    if (body.inputs.length !== initial.length + 2 || body.outputs.length < initial.length + 1) {
      throw nodeError(node, `a body that carries ${initial.length} values`, `${body.inputs.length} inputs`);
    }
    let carried: readonly string[] = initial;
    let condition = start || g.constant(tensor("bool", [], [1]));
    const collected: string[][] = body.outputs.slice(initial.length + 1).map(() => []);
    for (let i = 0; i < most; i++) {
      const goesOn = knownNumber(g, condition);
      if (i === MAX_NODES) throw unsupportedNode(node, `at most ${MAX_NODES} iterations`, "more");
      if (goesOn === undefined) throw unknownSize(node, "the condition of each iteration", "a computed one");
      if (!goesOn) break;
      const given = [g.constant(tensor("int64", [], [i])), condition, ...carried];
      const nameOf = inline(body, Object.fromEntries(body.inputs.map(({ name }, k) => [name, given[k]])));
      const [next, ...results] = body.outputs.map(({ name }) => nameOf(name));
      condition = next;
      carried = results.slice(0, initial.length);
      collected.forEach((list, k) => {
        list.push(g.node("Unsqueeze", [results[initial.length + k], g.ints([0])]));
      });
    }
    return [
      ...carried,
      ...collected.map((list) => {
        if (list.length === 0)
          throw unsupportedNode(node, "one iteration or more, where their results are collected", "none");
        return g.node("Concat", list, { axis: { int: 0 } });
      }),
    ];
  },
};
