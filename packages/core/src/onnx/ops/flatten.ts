import { sameElements } from "../dataPropagation.ts";
import { multiplyDims } from "../dim.ts";
import { intAttribute } from "../graph.ts";
import type { Operator } from "../operator.ts";
import { sameRange } from "../range.ts";

/** y = x as a matrix: the axes before `axis` make the rows, the others the columns. */
export const Flatten: Operator = {
  infer({ node, inputs: [x] }) {
    const axis = intAttribute(node, "axis", 1);
    const at = axis < 0 ? axis + x!.shape.length : axis;
    return [{ type: x!.type, shape: [multiplyDims(...x!.shape.slice(0, at)), multiplyDims(...x!.shape.slice(at))] }];
  },
  propagate: sameElements,
  range: sameRange,
  gradient: ({ g, inputs: [x], cotangent }) => [g.node("Reshape", [cotangent, g.node("Shape", [x])])],
};
