import { tensor } from "../../tensor.ts";
import { intsAttribute } from "../graph.ts";
import type { Rewrite } from "./rewrite.ts";

/** Starts, ends and axes were attributes before opset 10. */
export const Slice: Rewrite = {
  until: 9,
  rewrite(node, context) {
    const lists = ["starts", "ends", "axes"].flatMap((name) => {
      const list = intsAttribute(node, name, undefined);
      return list ? [context.constant(tensor("int64", [list.length], list))] : [];
    });
    return { ...node, inputs: [node.inputs[0], ...lists], attributes: {} };
  },
};
