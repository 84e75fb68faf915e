import type { Operator, ValueType } from "../operator.ts";
import { kernelShape, slidingShape } from "../window.ts";

/**
 * y = the largest element of each window; a second output says where in the whole of x it lies.
 *
 * The cotangent goes back to that place, so among equal elements to the one that the runtime picked. Where windows
 * overlap, one place receives several: they are added.
 */
export const MaxPool: Operator = {
  infer({ node, inputs: [x], unknownDim }) {
    const spatial = slidingShape(node, x!.shape.slice(2), kernelShape(node), unknownDim);
    const shape = [...x!.shape.slice(0, 2), ...spatial];
    const places: ValueType = { type: "int64", shape };
    return [{ type: x!.type, shape }, places];
  },
  gradient({ g, node, inputs: [x], cotangent }) {
    const { storage_order: _, ...attributes } = node.attributes;
    const places = g.nodeOutputs("MaxPool", [x], attributes, 2)[1];
    const flat = (value: string) => g.node("Reshape", [value, g.ints([-1])]);
    const zeros = g.node("Expand", [g.scalar(0, x), flat(g.node("Size", [x]))]);
    const sums = g.node("ScatterElements", [zeros, flat(places), flat(cotangent)], { reduction: { string: "add" } });
    return [g.node("Reshape", [sums, g.node("Shape", [x])])];
  },
};
