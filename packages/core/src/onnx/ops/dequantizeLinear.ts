import { reduceTo } from "../broadcast.ts";
import type { Operator } from "../operator.ts";
import { spreadAlong } from "../quantization.ts";

/** y = (x - zero point) scale; the gradient by the whole numbers x is that by the real ones they stand for. */
export const DequantizeLinear: Operator = {
  required: 2,
  infer: ({ inputs: [x, scale] }) => [{ type: scale!.type, shape: x!.shape }],
  gradient({ g, node, inputs: [x, scale, zero = ""], cotangent }) {
    const real = (value: string) => g.node("CastLike", [value, scale]);
    const moved = zero ? g.node("Sub", [real(x), spreadAlong(g, node, real(zero), x)]) : real(x);
    const steps = spreadAlong(g, node, scale, x);
    const byScale = reduceTo(g, g.node("Mul", [cotangent, moved]), steps);
    return [g.node("Mul", [cotangent, steps]), g.node("Reshape", [byScale, g.node("Shape", [scale])])];
  },
};
