import { floatAttribute } from "../graph.ts";
import type { Rewrite } from "./rewrite.ts";

/** The bounds were attributes before opset 11. */
export const Clip: Rewrite = {
  until: 10,
  rewrite(g, node) {
    const [x] = node.inputs;
    const bounds = ["min", "max"].map((name) => {
      const bound = floatAttribute(node, name, undefined);
      return bound === undefined ? "" : g.scalar(bound, x);
    });
    return g.node("Clip", [x, ...bounds]);
  },
};
