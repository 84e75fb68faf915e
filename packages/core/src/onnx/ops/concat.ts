import { axisOf, elementAt, moved } from "../dataPropagation.ts";
import { type Dim, isStatic } from "../dim.ts";
import { intAttribute } from "../graph.ts";
import { nodeError, normalizeAxis, type Operator } from "../operator.ts";
import { rangeOfUnion } from "../range.ts";

/** y = the inputs one after the other along an axis. */
export const Concat: Operator = {
  required: "all",
  infer({ node, inputs, unknownDim }) {
    const first = inputs[0]!;
    const axis = normalizeAxis(node, intAttribute(node, "axis", 0), first.shape.length);
    const sizes = inputs.map((x) => x!.shape[axis]);
    const total: Dim = sizes.every((size) => typeof size === "number")
      ? sizes.reduce((sum, size) => sum + size, 0)
      : sizes.length === 1
        ? sizes[0]
        : unknownDim();
    if (inputs.some((x) => x!.shape.length !== first.shape.length)) {
      throw nodeError(node, "inputs of the same number of axes", inputs.map((x) => x!.shape.length).join(", "));
    }
    const shape = first.shape.map((dim, i) => (i === axis ? total : dim));
    return [{ type: first.type, shape }];
  },
  propagate: moved((node, inputs) => {
    const axis = axisOf(intAttribute(node, "axis", 0), inputs[0].shape.length);
    return (index) => {
      let rest = index[axis];
      let which = 0;
      while (rest >= inputs[which].shape[axis]) rest -= inputs[which++].shape[axis];
      return elementAt(inputs[which], index.with(axis, rest));
    };
  }),
  range: rangeOfUnion,
  gradient({ g, node, inputs, cotangent }) {
    const axis = intAttribute(node, "axis", 0);
    const at = normalizeAxis(node, axis, g.type(inputs[0]).shape.length);
    const sizes = inputs.map((x) => g.type(x).shape[at]);
    const sizeOf = (x: string) => g.node("Shape", [x], { start: { int: at }, end: { int: at + 1 } });
    const list = isStatic(sizes) ? g.ints(sizes) : g.node("Concat", inputs.map(sizeOf), { axis: { int: 0 } });
    return g.nodeOutputs("Split", [cotangent, list], { axis: { int: axis } }, inputs.length);
  },
};
