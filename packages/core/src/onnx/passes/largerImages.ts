// A transposed convolution of a small image by a large kernel is one of a large image by a small kernel.

import { GraphBuilder } from "../builder.ts";
import { isStatic } from "../dim.ts";
import { type Attributes, type Graph, intAttribute, intsAttribute, type Node } from "../graph.ts";

/**
 * The same graph with image and kernel exchanged in every transposed convolution whose kernel is the larger of the two.
 *
 * Y[n, m, p] = sum over c and all o and k with o stride + k dilation - before = p of X[n, c, o] W[c, m, k] does not
 * tell X from W, if strides and dilations change places too. The derivative of a weight gradient by the cotangent has
 * this form. Measured at one thread, 64 x 64 x 3 x 3 by 64 x 100 x 5 x 5 with dilation 2: 5.6 ms against 9.9.
 */
export function largerImages(graph: Graph): Graph {
  const g = GraphBuilder.from({ ...graph, nodes: [], outputs: [] });
  g.reserve(graph.nodes.flatMap((node) => node.outputs));
  for (const node of graph.nodes) {
    const attributes = node.op === "ConvTranspose" ? exchangedAttributes(g, node) : undefined;
    if (attributes) exchange(g, node, attributes);
    else g.push(node);
  }
  for (const { name } of graph.outputs) g.output(name);
  return g.graph();
}

/**
 * The attributes with image and kernel exchanged, or undefined where that does not pay or the runtime has no form for
 * it.
 */
function exchangedAttributes(g: GraphBuilder, node: Node): Attributes | undefined {
  const image = g.type(node.inputs[0]).shape.slice(2);
  const kernel = g.type(node.inputs[1]).shape.slice(2);
  if (node.inputs[2] || intAttribute(node, "group", 1) !== 1) return undefined;
  if (node.attributes.auto_pad || node.attributes.output_shape) return undefined;
  if (!isStatic(image) || !isStatic(kernel)) return undefined;
  if (!kernel.every((size, i) => Number(size) > Number(image[i]))) return undefined;
  const rank = kernel.length;
  const [zeros, ones] = [kernel.map(() => 0), kernel.map(() => 1)];
  const strides = intsAttribute(node, "dilations", ones);
  const pads = intsAttribute(node, "pads", [...zeros, ...zeros]);
  // What is added at the end is margin that is not cut off. Of more than that, the runtime adds less than a stride.
  const after = intsAttribute(node, "output_padding", zeros).map((width, i) => pads[i + rank] - width);
  if (after.some((width, i) => -width >= strides[i])) return undefined;
  return {
    kernel_shape: { ints: image },
    strides: { ints: strides },
    dilations: { ints: intsAttribute(node, "strides", ones) },
    pads: { ints: [...pads.slice(0, rank), ...after.map((width) => Math.max(0, width))] },
    output_padding: { ints: after.map((width) => Math.max(0, -width)) },
  };
}

function exchange(g: GraphBuilder, node: Node, attributes: Attributes): void {
  const [x, w] = node.inputs;
  const swap = {
    perm: {
      ints: [
        1,
        0,
        ...g
          .type(x)
          .shape.slice(2)
          .map((_, i) => i + 2),
      ],
    },
  };
  const product = g.node("ConvTranspose", [g.node("Transpose", [w], swap), g.node("Transpose", [x], swap)], attributes);
  g.push({ ...node, op: "Transpose", inputs: [product], attributes: swap });
}
