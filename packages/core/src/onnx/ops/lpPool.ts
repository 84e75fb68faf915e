import { requireImages } from "../checks.ts";
import { intAttribute } from "../graph.ts";
import type { Operator } from "../operator.ts";
import { spreadOverWindows } from "../pooling.ts";
import { kernelShape, slidingShape, spatialSizes, windowOf } from "../window.ts";

/** y = (sum |x|^p)^(1/p) over each window; dy/dx = sign(x) (|x|/y)^(p-1), taken as 0 where y = 0. */
export const LpPool: Operator = {
  check: requireImages,
  infer({ node, inputs: [x], unknownDim }) {
    const spatial = slidingShape(node, x!.shape.slice(2), kernelShape(node), unknownDim);
    return [{ type: x!.type, shape: [...x!.shape.slice(0, 2), ...spatial] }];
  },
  gradient({ g, node, inputs: [x], outputs: [y], cotangent }) {
    const window = windowOf(node, spatialSizes(node, g.type(x)), kernelShape(node));
    const exponent = g.scalar(intAttribute(node, "p", 2) - 1, x);
    const isZero = g.node("Equal", [y, g.scalar(0, y)]);
    const norm = g.node("Where", [isZero, g.scalar(1, y), y]);
    const share = g.node("Div", [
      g.node("Where", [isZero, g.scalar(0, y), cotangent]),
      g.node("Pow", [norm, exponent]),
    ]);
    const own = g.node("Mul", [g.node("Sign", [x]), g.node("Pow", [g.node("Abs", [x]), exponent])]);
    return [g.node("Mul", [own, spreadOverWindows(g, node, share, x, window)])];
  },
};
