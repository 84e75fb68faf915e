// Products and convolutions of whole numbers, as those of the real numbers that they stand for.

import type { GraphBuilder } from "../builder.ts";
import type { Node } from "../graph.ts";
import { unsupportedNode } from "../operator.ts";
import { centered } from "../quantization.ts";
import { atAxis } from "./positions.ts";
import type { Rewrite } from "./rewrite.ts";

/** A B of matrices less their zero points: whole numbers, as float32, which holds them up to 2^24. */
export const MatMulInteger: Rewrite = {
  rewrite(g, node) {
    const [a, b, zeroA = "", zeroB = ""] = node.inputs;
    return g.node("MatMul", [centered(g, a, oneFor(g, node, zeroA)), centered(g, b, zeroB)]);
  },
};

/** A convolution of whole numbers less their zero points, as float32. */
export const ConvInteger: Rewrite = {
  rewrite(g, node) {
    const [x, w, zeroX = "", zeroW = ""] = node.inputs;
    return g.node("Conv", [centered(g, x, zeroX), centered(g, w, ofFilters(g, zeroW, w))], node.attributes);
  },
};

/** The product of what quantized matrices stand for, quantized. */
export const QLinearMatMul: Rewrite = {
  rewrite(g, node) {
    const [a, scaleA, zeroA, b, scaleB, zeroB, scale, zero] = node.inputs;
    const left = g.node("Mul", [centered(g, a, oneFor(g, node, zeroA)), oneFor(g, node, scaleA)]);
    const right = g.node("Mul", [centered(g, b, zeroB), scaleB]);
    return g.node("QuantizeLinear", [g.node("MatMul", [left, right]), scale, zero]);
  },
};

/**
 * The convolution of what quantized images and filters stand for, quantized; the bias has the product of their scales.
 */
export const QLinearConv: Rewrite = {
  rewrite(g, node) {
    const [x, scaleX, zeroX, w, scaleW, zeroW, scale, zero, bias = ""] = node.inputs;
    const images = g.node("Mul", [centered(g, x, zeroX), scaleX]);
    const filters = g.node("Mul", [centered(g, w, ofFilters(g, zeroW, w)), ofFilters(g, scaleW, w)]);
    const own = bias && [g.node("Mul", [centered(g, bias, ""), g.node("Mul", [scaleX, scaleW])])];
    const y = g.node("Conv", own ? [images, filters, ...own] : [images, filters], node.attributes);
    return g.node("QuantizeLinear", [y, scale, zero]);
  },
};

/** A zero point or scale of all elements. */
function oneFor(g: GraphBuilder, node: Node, value: string): string {
  const shape = value === "" ? [] : g.type(value).shape;
  if (shape.some((size) => size !== 1))
    throw unsupportedNode(node, "one scale and zero point of the first matrix", "several");
  return value;
}

/** A list with an entry for each filter as it broadcasts with the filters. */
function ofFilters(g: GraphBuilder, list: string, filters: string): string {
  if (list === "" || g.type(list).shape.length === 0) return list;
  return atAxis(g, list, 0, g.type(filters).shape.length);
}
