import { entryProduct, toOneElement } from "../dataPropagation.ts";
import type { Operator } from "../operator.ts";
import { reducedShape, restoreAxes } from "../reduction.ts";

/**
 * y = product of x over axes; dy/dx = the product of the others, exact where factors are 0 too.
 *
 * With P the product of the factors that are not 0: P/x where none is 0, P at the one that is, else 0. Second
 * derivatives hold where no factor is 0.
 */
export const ReduceProd: Operator = {
  infer: reducedShape,
  propagate: toOneElement(entryProduct),
  gradient({ g, node, inputs: [x, axes], cotangent }) {
    const [zero, one] = [g.scalar(0, x), g.scalar(1, x)];
    const isZero = g.node("Equal", [x, zero]);
    const factors = g.node("Where", [isZero, one, x]);
    const kept = { ...node.attributes, keepdims: { int: 1 } };
    const over = (value: string) => (axes ? [value, axes] : [value]);
    const product = g.node("ReduceProd", over(factors), kept);
    const zeros = g.node("ReduceSum", over(g.node("CastLike", [isZero, x])), kept);
    // How many of the other factors are 0.
    const others = g.node("Sub", [zeros, g.node("CastLike", [isZero, x])]);
    const slope = g.node("Where", [g.node("Equal", [others, zero]), g.node("Div", [product, factors]), zero]);
    return [g.node("Mul", [slope, restoreAxes(g, node, cotangent)])];
  },
};
