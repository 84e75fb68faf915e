// Operators of quantized numbers as ONNX Runtime's quantizer writes them: those of what the numbers stand for,
// quantized.

import type { GraphBuilder } from "../builder.ts";
import { floatAttribute, intAttribute, type Node } from "../graph.ts";
import { unsupportedNode } from "../operator.ts";
import { centered } from "../quantization.ts";
import type { Rewrite } from "../rewrites/rewrite.ts";

/** What numbers stand for, by one scale and zero point, or one of each along the last axis. */
const real = (g: GraphBuilder, value: string, scale: string, zero = "") =>
  g.node("Mul", [centered(g, value, zero), scale]);

const quantized = (g: GraphBuilder, value: string, scale: string, zero = "") =>
  g.node("QuantizeLinear", zero ? [value, scale, zero] : [value, scale]);

/** An operator on one value, which stands first, its scale and zero point behind it, then those of the result. */
const ofOne = (y: (g: GraphBuilder, x: string, node: Node) => string): Rewrite => ({
  rewrite(g, node) {
    const [x, scaleX, zeroX, scale, zero] = node.inputs;
    return quantized(g, y(g, real(g, x, scaleX, zeroX), node), scale, zero);
  },
});

/** An operator on two values, each with its scale and zero point. */
const ofTwo = (op: string): Rewrite => ({
  rewrite(g, node) {
    const [a, scaleA, zeroA, b, scaleB, zeroB, scale, zero] = node.inputs;
    return quantized(g, g.node(op, [real(g, a, scaleA, zeroA), real(g, b, scaleB, zeroB)]), scale, zero);
  },
});

export const QLinearAdd = ofTwo("Add");
export const QLinearMul = ofTwo("Mul");
export const QLinearSigmoid = ofOne((g, x) => g.node("Sigmoid", [x]));

export const QLinearLeakyRelu = ofOne((g, x, node) =>
  g.node("LeakyRelu", [x], { alpha: { float: floatAttribute(node, "alpha", 0.01) } }),
);

/** As of the opset that the node names: before 13, all axes from `axis` on together. */
export const QLinearSoftmax = ofOne((g, x, node) => {
  const axis = intAttribute(node, "axis", -1);
  const isLast = axis === -1 || axis === g.type(x).shape.length - 1;
  if (intAttribute(node, "opset", 13) >= 13 || isLast) return g.node("Softmax", [x], { axis: { int: axis } });
  const matrix = g.node("Flatten", [x], { axis: { int: axis } });
  return g.node("Reshape", [g.node("Softmax", [matrix], { axis: { int: 1 } }), g.node("Shape", [x])]);
});

export const QLinearAveragePool = ofOne((g, x, node) => {
  const { channels_last: _, ...attributes } = channelsFirst(node).attributes;
  return g.node("AveragePool", [x], attributes);
});

export const QLinearGlobalAveragePool = ofOne((g, x, node) => {
  channelsFirst(node);
  return g.node("GlobalAveragePool", [x]);
});

/** The scale and zero point of the result stand first, then each value with its own. */
export const QLinearConcat: Rewrite = {
  rewrite(g, node) {
    const [scale, zero, ...parts] = node.inputs;
    const values = parts.flatMap((part, i) => (i % 3 === 0 ? [real(g, part, parts[i + 1], parts[i + 2])] : []));
    return quantized(g, g.node("Concat", values, { axis: { int: intAttribute(node, "axis", 1) } }), scale, zero);
  },
};

/** alpha A B, plus a bias that has the product of alpha and both scales; real numbers where no scale is given. */
export const QGemm: Rewrite = {
  rewrite(g, node) {
    const [a, scaleA, zeroA, b, scaleB, zeroB, bias = "", scale = "", zero = ""] = node.inputs;
    const turned = (value: string, by: string) => (intAttribute(node, by, 0) ? g.node("Transpose", [value]) : value);
    // Scales and zero points of columns stand along the last axis once B is turned.
    const left = turned(real(g, a, scaleA, zeroA), "transA");
    const right = real(g, turned(b, "transB"), scaleB, zeroB);
    const product = g.node("MatMul", [left, right]);
    const own = bias && g.node("Mul", [centered(g, bias, ""), g.node("Mul", [scaleA, scaleB])]);
    const sum = own ? g.node("Add", [product, own]) : product;
    const alpha = floatAttribute(node, "alpha", 1);
    const y = alpha === 1 ? sum : g.node("Mul", [sum, g.scalar(alpha, sum)]);
    return scale ? quantized(g, y, scale, zero) : y;
  },
};

/** A B of what whole numbers stand for, plus a bias, as real numbers. */
export const MatMulIntegerToFloat: Rewrite = {
  rewrite(g, node) {
    const [a, b, scaleA, scaleB, zeroA, zeroB, bias = ""] = node.inputs;
    const product = g.node("MatMul", [real(g, a, scaleA, zeroA), real(g, b, scaleB, zeroB)]);
    return bias ? g.node("Add", [product, bias]) : product;
  },
};

function channelsFirst(node: Node): Node {
  if (intAttribute(node, "channels_last", 0) === 0) return node;
  throw unsupportedNode(node, "channels before the other axes", "channels_last");
}
