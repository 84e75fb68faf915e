import { type FloatType, tensor } from "../../tensor.ts";
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
  changes: [21],
  rewrite(g, node, { version }) {
    const [x, scale, bias] = node.inputs;
    const groups = intAttribute(node, "num_groups", 0);
    if (groups < 1) throw nodeError(node, "num_groups of 1 or more", `${groups}`);
    const epsilon = { float: floatAttribute(node, "epsilon", 1e-5) };
    const normalized = (scaleOfGroups: string, biasOfGroups: string) => {
      const grouped = g.node("Reshape", [x, g.ints([0, groups, -1])]);
      const unit = g.node("InstanceNormalization", [grouped, scaleOfGroups, biasOfGroups], { epsilon });
      return g.node("Reshape", [unit, g.node("Shape", [x])]);
    };
    if (version < 21) return normalized(scale, bias);
    const all = (value: number) =>
      g.constant(tensor(g.type(x).type as FloatType, [groups], new Array<number>(groups).fill(value)));
    const unit = normalized(all(1), all(0));
    const spatial = g.ints(Array.from({ length: g.type(x).shape.length - 2 }, (_, i) => 1 + i));
    const spread = (value: string) => g.node("Unsqueeze", [value, spatial]);
    return g.node("Add", [g.node("Mul", [unit, spread(scale)]), spread(bias)]);
  },
};
