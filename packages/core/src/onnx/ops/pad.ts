import type { Dim } from "../dim.ts";
import type { Node } from "../graph.ts";
import { stringAttribute } from "../graph.ts";
import { normalizeAxis, type Operator, requireInts, unsupportedNode } from "../operator.ts";
import { rangeOfUnion, zeroRange } from "../range.ts";
import type { ValueType } from "../valueType.ts";

/** y = x with a margin of a constant value (negative widths cut off). */
export const Pad: Operator = {
  required: 2,
  infer({ node, inputs, unknownDim }) {
    const [x] = inputs;
    const { before, after } = padWidths(node, inputs);
    const shape = x!.shape.map((dim, i): Dim => {
      if (before[i] === 0 && after[i] === 0) return dim;
      return typeof dim === "number" ? dim + before[i] + after[i] : unknownDim();
    });
    return [{ type: x!.type, shape }];
  },
  range: ([x, , value = zeroRange], node) => rangeOfUnion([x, value], node),
  gradient({ g, node, inputs, cotangent }) {
    const mode = stringAttribute(node, "mode", "constant");
    if (mode !== "constant") throw unsupportedNode(node, 'mode "constant"', `"${mode}"`);
    const { before, after } = padWidths(
      node,
      inputs.map((name) => (name ? g.type(name) : undefined)),
    );
    // Cutting the margin off again is padding by the negative widths.
    const back = [...before, ...after].map((width) => -width || 0);
    const dx = g.node("Pad", [cotangent, g.ints(back)]);
    const value = inputs[2];
    if (!value) return [dx];
    // The margin holds what is not x.
    const total = (part: string) => g.node("ReduceSum", [part], { keepdims: { int: 0 } });
    const margin = g.node("Sub", [total(cotangent), total(dx)]);
    return [dx, undefined, g.node("Reshape", [margin, g.node("Shape", [value])])];
  },
};

/** The widths of the margins before and after each axis. */
export function padWidths(node: Node, [x, pads, , axes]: readonly (ValueType | undefined)[]) {
  const rank = x!.shape.length;
  const given = requireInts(node, pads, "widths");
  const chosen = axes ? requireInts(node, axes, "axes") : Array.from({ length: rank }, (_, i) => i);
  const before = new Array<number>(rank).fill(0);
  const after = new Array<number>(rank).fill(0);
  chosen.forEach((axis, i) => {
    const at = normalizeAxis(node, axis, rank);
    before[at] = given[i];
    after[at] = given[i + chosen.length];
  });
  return { before, after };
}
