import { tensor } from "../../tensor.ts";
import { floatAttribute } from "../graph.ts";
import type { Rewrite } from "./rewrite.ts";

/** The bounds were attributes before opset 11. */
export const Clip: Rewrite = {
  until: 10,
  rewrite(node, context) {
    const bounds = ["min", "max"].map((name) => {
      const bound = floatAttribute(node, name, undefined);
      return bound === undefined ? "" : context.constant(tensor(context.float, [], [bound]));
    });
    return { ...node, inputs: [node.inputs[0], ...bounds], attributes: {} };
  },
};
