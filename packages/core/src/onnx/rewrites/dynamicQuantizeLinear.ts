import { elementTypeNumber } from "../elementType.ts";
import type { Rewrite } from "./rewrite.ts";

/** x as whole numbers from 0 to 255, with the scale and the zero point at which its range, and 0, just fit. */
export const DynamicQuantizeLinear: Rewrite = {
  rewrite(g, node) {
    const [x] = node.inputs;
    const all = { keepdims: { int: 0 } };
    const zero = g.scalar(0, x);
    const low = g.node("Min", [g.node("ReduceMin", [x], all), zero]);
    const high = g.node("Max", [g.node("ReduceMax", [x], all), zero]);
    const width = g.node("Div", [g.node("Sub", [high, low]), g.scalar(255, x)]);
    const isFlat = g.node("Equal", [width, zero]);
    const scale = g.node("Where", [isFlat, g.scalar(1, x), width]);
    const place = g.node("Clip", [g.node("Neg", [g.node("Div", [low, scale])]), zero, g.scalar(255, x)]);
    const point = g.node("Cast", [g.node("Round", [place])], { to: { int: elementTypeNumber("uint8") } });
    return [g.node("QuantizeLinear", [x, scale, point]), scale, point];
  },
};
