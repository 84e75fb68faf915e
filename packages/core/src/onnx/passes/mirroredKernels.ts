// The transpose of a convolution with stride 1 is the convolution with the mirrored kernel.

import { type FloatType, sizeOf, type Tensor, tensor } from "../../tensor.ts";
import { GraphBuilder } from "../builder.ts";
import { type Graph, intAttribute, intsAttribute, type Node } from "../graph.ts";

/**
 * The same graph with a Conv for every ConvTranspose of stride 1 whose kernel is constant, as in gradients by inputs.
 *
 * Y[n, m, p] = sum over c, o and k with o + k dilation - before = p of X[n, c, o] W[c, m, k] has, with j for
 * kernel - 1 - k, the form of a convolution by W[c, m, kernel - 1 - j]. The runtime lays out constant kernels of
 * convolutions for the processor and multiplies transposed ones as they are.
 */
export function mirroredKernels(graph: Graph): Graph {
  const g = GraphBuilder.from({ ...graph, nodes: [], outputs: [] });
  g.reserve(graph.nodes.flatMap((node) => node.outputs));
  for (const node of graph.nodes) g.push(mirrored(g, node) ?? node);
  for (const { name } of graph.outputs) g.output(name);
  return g.graph();
}

/** The convolution that a node is, or undefined where it is none. */
function mirrored(g: GraphBuilder, node: Node): Node | undefined {
  if (node.op !== "ConvTranspose" || node.attributes.auto_pad || node.attributes.output_shape) return undefined;
  const weights = g.type(node.inputs[1]).constant;
  if (!weights?.type.startsWith("float")) return undefined;
  const kernel = weights.shape.slice(2);
  const zeros = kernel.map(() => 0);
  const ones = kernel.map(() => 1);
  const isOne = (step: number) => step === 1;
  if (!intsAttribute(node, "strides", ones).every(isOne)) return undefined;
  const dilations = intsAttribute(node, "dilations", ones);
  const margins = intsAttribute(node, "pads", [...zeros, ...zeros]);
  const extra = intsAttribute(node, "output_padding", zeros);
  const rank = kernel.length;
  const reach = kernel.map((size, i) => (size - 1) * dilations[i]);
  const before = reach.map((width, i) => width - margins[i]);
  const after = reach.map((width, i) => width - margins[i + rank] + extra[i]);
  if ([...before, ...after].some((width) => width < 0)) return undefined;
  const group = intAttribute(node, "group", 1);
  return {
    ...node,
    op: "Conv",
    inputs: [node.inputs[0], g.constant(mirror(weights, group)), ...node.inputs.slice(2)],
    attributes: {
      kernel_shape: { ints: kernel },
      dilations: { ints: dilations },
      pads: { ints: [...before, ...after] },
      group: { int: group },
    },
  };
}

/** Weights [C, M/group, ...kernel] as [M, C/group, ...kernel], the kernel's elements in reverse order. */
function mirror(weights: Tensor, group: number): Tensor {
  const [inputs, outputs, ...kernel] = weights.shape;
  const size = sizeOf(kernel);
  const members = inputs / group;
  const from = weights.data as Float32Array;
  const to = from.slice();
  for (let c = 0; c < inputs; c++) {
    const own = Math.floor(c / members);
    for (let m = 0; m < outputs; m++) {
      const source = (c * outputs + m) * size;
      const target = ((own * outputs + m) * members + (c % members)) * size;
      for (let k = 0; k < size; k++) to[target + size - 1 - k] = from[source + k];
    }
  }
  return tensor(weights.type as FloatType, [outputs * group, members, ...kernel], to);
}
