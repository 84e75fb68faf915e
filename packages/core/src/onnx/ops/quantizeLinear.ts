import { reduceTo } from "../broadcast.ts";
import { type Operator, unsupportedNode } from "../operator.ts";
import { quantizedRanges, spreadAlong } from "../quantization.ts";

/**
 * y = round(x / scale) + zero point, kept within the range of its type.
 *
 * The derivative is 0 almost everywhere; the gradient goes straight through instead (Bengio, Leonard and Courville,
 * 2013, "Estimating or propagating gradients through stochastic neurons"): that of x / scale where the whole number is
 * within the range, and 0 elsewhere.
 */
export const QuantizeLinear: Operator = {
  required: 2,
  infer({ node, inputs: [x, , zero] }) {
    const type = zero?.type ?? "uint8";
    if (!(type in quantizedRanges)) throw unsupportedNode(node, "numbers of 8 bits", type);
    return [{ type, shape: x!.shape }];
  },
  gradient({ g, node, inputs: [x, scale, zero = ""], outputs: [y], cotangent }) {
    const [low, high] = quantizedRanges[g.type(y).type];
    const steps = spreadAlong(g, node, scale, x);
    const places = g.node("Div", [x, steps]);
    const moved = zero ? g.node("Add", [places, g.node("CastLike", [spreadAlong(g, node, zero, x), x])]) : places;
    const whole = g.node("Round", [moved]);
    const within = g.node("Equal", [g.node("Clip", [whole, g.scalar(low, x), g.scalar(high, x)]), whole]);
    const passed = g.node("Where", [within, g.node("Div", [cotangent, steps]), g.scalar(0, x)]);
    const byScale = reduceTo(g, g.node("Neg", [g.node("Mul", [passed, places])]), steps);
    return [passed, g.node("Reshape", [byScale, g.node("Shape", [scale])])];
  },
};
