import { tensor } from "../../tensor.ts";
import { requireImages } from "../checks.ts";
import { isStatic } from "../dim.ts";
import { firstOfEquals } from "../maxima.ts";
import type { Operator } from "../operator.ts";
import { countsOfWindows } from "../pooling.ts";
import { sameRange } from "../range.ts";
import type { ValueType } from "../valueType.ts";
import { kernelShape, slidingShape, windowOf } from "../window.ts";

/**
 * y = the largest element of each window; a second output says where in the whole of x it lies.
 *
 * The cotangent goes back to that place, so among equal elements to the one that the runtime picked. Where windows
 * overlap, one place receives several: they are added.
 */
export const MaxPool: Operator = {
  check: requireImages,
  infer({ node, inputs: [x], unknownDim }) {
    const spatial = slidingShape(node, x!.shape.slice(2), kernelShape(node), unknownDim);
    const shape = [...x!.shape.slice(0, 2), ...spatial];
    const places: ValueType = { type: "int64", shape };
    return [{ type: x!.type, shape }, places];
  },
  range: sameRange,
  gradient({ g, node, inputs: [x], outputs, cotangent, lacks }) {
    const { storage_order: _, ...attributes } = node.attributes;
    const spatial = g.type(x).shape.slice(2);
    const window = isStatic(spatial) ? windowOf(node, spatial, kernelShape(node)) : undefined;
    if (window && lacks.has("places of maxima")) return [firstOfEquals(g, x, outputs[0], cotangent, window)];
    let places = g.nodeOutputs("MaxPool", [x], attributes, 2)[1];
    let share = cotangent;
    if (window && countsOfWindows(window, false).includes(0)) {
      // A window on the margin alone has no largest element, and places before the first.
      const isMet = countsOfWindows(window, false).map((count) => Number(count > 0));
      const met = g.constant(tensor("bool", window.output, isMet));
      share = g.node("Where", [met, cotangent, g.scalar(0, cotangent)]);
      places = g.node("Where", [met, places, g.constant(tensor("int64", [], [0]))]);
    }
    const flat = (value: string) => g.node("Reshape", [value, g.ints([-1])]);
    const zeros = g.node("Expand", [g.scalar(0, cotangent), flat(g.node("Size", [x]))]);
    const sums = g.node("ScatterElements", [zeros, flat(places), flat(share)], { reduction: { string: "add" } });
    return [g.node("Reshape", [sums, g.node("Shape", [x])])];
  },
};
