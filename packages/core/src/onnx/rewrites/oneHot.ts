import { tensor } from "../../tensor.ts";
import { intAttribute } from "../graph.ts";
import { normalizeAxis } from "../operator.ts";
import { atAxis, range } from "./positions.ts";
import type { Rewrite } from "./rewrite.ts";

/**
 * values[1] at the place that an index names along a new axis, values[0] elsewhere; negative ones count from the end.
 */
export const OneHot: Rewrite = {
  rewrite(g, node) {
    const [indices, depth, values] = node.inputs;
    const rank = g.type(indices).shape.length + 1;
    const axis = normalizeAxis(node, intAttribute(node, "axis", -1), rank);
    const int64 = { to: { int: 7 } };
    const count = g.node("Reshape", [g.node("Cast", [depth], int64), g.ints([])]);
    const given = g.node("Unsqueeze", [g.node("Cast", [indices], int64), g.ints([axis])]);
    const isNegative = g.node("Less", [given, g.constant(tensor("int64", [], [0]))]);
    const place = g.node("Where", [isNegative, g.node("Add", [given, count]), given]);
    const isThere = g.node("Equal", [place, atAxis(g, range(g, count), axis, rank)]);
    const value = (i: number) => g.node("Gather", [values, g.constant(tensor("int64", [], [i]))]);
    return g.node("Where", [isThere, value(1), value(0)]);
  },
};
