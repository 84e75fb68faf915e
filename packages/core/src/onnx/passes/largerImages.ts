// A transposed convolution of a small image by a large kernel is one of a large image by a small kernel.

import { GraphBuilder } from "../builder.ts";
import { isStatic } from "../dim.ts";
import { type Graph, intAttribute, intsAttribute, type Node } from "../graph.ts";

/**
 * The same graph with image and kernel exchanged in every transposed convolution whose kernel is the larger of the two.
 *
 * Y[n, m, p] = sum over c and all o and k with o stride + k dilation - before = p of X[n, c, o] W[c, m, k] does not tell
 * X from W, if strides and dilations change places too. The derivative of a weight gradient by the cotangent has this
 * form. Measured at one thread, 64 x 64 x 3 x 3 by 64 x 100 x 5 x 5 with dilation 2: 5.6 ms against 9.9.
 */
export function largerImages(graph: Graph): Graph {
  const g = GraphBuilder.from({ ...graph, nodes: [], outputs: [] });
  g.reserve(graph.nodes.flatMap((node) => node.outputs));
  for (const node of graph.nodes) {
    if (node.op === "ConvTranspose" && isKernelLarger(g, node)) exchange(g, node);
    else g.push(node);
  }
  for (const { name } of graph.outputs) g.output(name);
  return g.graph();
}

function isKernelLarger(g: GraphBuilder, node: Node): boolean {
  const image = g.type(node.inputs[0]).shape.slice(2);
  const kernel = g.type(node.inputs[1]).shape.slice(2);
  if (node.inputs[2] || intAttribute(node, "group", 1) !== 1) return false;
  if (node.attributes.auto_pad || node.attributes.output_shape) return false;
  if (!isStatic(image) || !isStatic(kernel)) return false;
  return kernel.every((size, i) => Number(size) > Number(image[i]));
}

function exchange(g: GraphBuilder, node: Node): void {
  const [x, w] = node.inputs;
  const spatial = g.type(x).shape.slice(2);
  const swap = { perm: { ints: [1, 0, ...spatial.map((_, i) => i + 2)] } };
  const ones = spatial.map(() => 1);
  const product = g.node("ConvTranspose", [g.node("Transpose", [w], swap), g.node("Transpose", [x], swap)], {
    ...node.attributes,
    kernel_shape: { ints: spatial as number[] },
    strides: { ints: intsAttribute(node, "dilations", ones) },
    dilations: { ints: intsAttribute(node, "strides", ones) },
  });
  g.push({ ...node, op: "Transpose", inputs: [product], attributes: swap });
}
