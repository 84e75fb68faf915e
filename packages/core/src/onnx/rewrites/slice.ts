import { intsAttribute } from "../graph.ts";
import type { Rewrite } from "./rewrite.ts";

/** Starts, ends and axes were attributes before opset 10. */
export const Slice: Rewrite = {
  until: 9,
  rewrite(g, node) {
    const lists = ["starts", "ends", "axes"].flatMap((name) => {
      const list = intsAttribute(node, name, undefined);
      return list ? [g.ints(list)] : [];
    });
    return g.node("Slice", [node.inputs[0], ...lists]);
  },
};
