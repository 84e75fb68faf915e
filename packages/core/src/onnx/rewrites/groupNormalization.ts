import { tensor } from "../../tensor.ts";
import { floatAttribute, intAttribute } from "../graph.ts";
import { nodeError } from "../operator.ts";
import type { Rewrite } from "./rewrite.ts";

/**
 * Groups of channels as the channels of an InstanceNormalization (Wu and He, 2018).
 *
 * Scale and bias belong to groups in opsets 18 to 20, to channels from 21 on.
 */
export const GroupNormalization: Rewrite = {
  since: 18,
  rewrite(node, context) {
    const [x, scale, bias] = node.inputs;
    const groups = intAttribute(node, "num_groups", 0);
    if (groups < 1) throw nodeError(node, "num_groups of 1 or more", `${groups}`);
    const ints = (...values: readonly number[]) => context.constant(tensor("int64", [values.length], values));
    const grouped = context.node("Reshape", [x, ints(0, groups, -1)]);
    const attributes = { epsilon: { float: floatAttribute(node, "epsilon", 1e-5) } };
    const normalize = (...parameters: readonly string[]) =>
      context.node("InstanceNormalization", [grouped, ...parameters], attributes);
    const shape = context.node("Shape", [x]);
    if (context.version < 21)
      return { ...node, op: "Reshape", inputs: [normalize(scale, bias), shape], attributes: {} };
    const all = (value: number) =>
      context.constant(tensor(context.float, [groups], new Array<number>(groups).fill(value)));
    const target = context.node("Concat", [ints(0), context.node("Shape", [scale]), ints(-1)], { axis: { int: 0 } });
    const channels = context.node("Reshape", [normalize(all(1), all(0)), target]);
    const column = (value: string) => context.node("Unsqueeze", [value, ints(1)]);
    const scaled = context.node("Add", [context.node("Mul", [channels, column(scale)]), column(bias)]);
    return { ...node, op: "Reshape", inputs: [scaled, shape], attributes: {} };
  },
};
