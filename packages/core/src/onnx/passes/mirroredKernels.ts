// The transpose of a convolution with stride 1 is the convolution with the mirrored kernel.

import { type FloatType, sizeOf, type Tensor, tensor } from "../../tensor.ts";
import { GraphBuilder } from "../builder.ts";
import { isStatic } from "../dim.ts";
import { type Graph, intAttribute, intsAttribute, type Node } from "../graph.ts";
import { transposedWindowOf } from "../window.ts";

/**
 * The same graph with a Conv for every ConvTranspose of stride 1 whose kernel is constant, as in gradients by inputs.
 *
 * Y[n, m, p] = sum over c, o and k with o + k dilation - before = p of X[n, c, o] W[c, m, k] has, with j for
 * kernel - 1 - k, the form of a convolution by W[c, m, kernel - 1 - j]. The runtime lays out constant kernels of
 * convolutions for the processor and multiplies transposed ones as they are.
 */
export function mirroredKernels(graph: Graph): Graph {
  return mirroredWhere(graph, () => true);
}

/** The same, where the convolution does not do twice the work of its transpose or more (`work`). */
export function mirroredWherePaid(graph: Graph): Graph {
  return mirroredWhere(graph, (g, node) => work(g, node) < 2);
}

function mirroredWhere(graph: Graph, pays: (g: GraphBuilder, node: Node) => boolean): Graph {
  const g = GraphBuilder.from({ ...graph, nodes: [], outputs: [] });
  g.reserve(graph.nodes.flatMap((node) => node.outputs));
  for (const node of graph.nodes) {
    const convolution = mirrored(g, node);
    g.push(convolution && pays(g, node) ? convolution : node);
  }
  for (const { name } of graph.outputs) g.output(name);
  return g.graph();
}

/** Channels that the runtime's convolutions of float32 images by constant kernels compute at once. */
const BLOCK = 16;

/**
 * How much a transposed convolution's mirrored form multiplies, in units of what the transpose does: it fills its
 * channels up to whole blocks, and goes over the margin that kernels leave around the image as over the image.
 *
 * Measured at one thread, [64, 16, 24, 24] by 16 x 1 x 5 x 5 (20 times the work): 71 us an image against 9; by
 * [64, 32, 8, 8] by 32 x 16 x 5 x 5 (2.25 times): 31 against 15; [64, 64, 8, 8] by 64 x 64 x 3 x 3 with margins (1): 27
 * against 37. Other types, numbers of axes and groups, and kernels larger than their images, count as 1.
 */
function work(g: GraphBuilder, node: Node): number {
  const [image, weights] = [g.type(node.inputs[0]), g.type(node.inputs[1])];
  const places = image.shape.slice(2);
  if (image.type !== "float32" || places.length !== 2 || !isStatic(places)) return 1;
  const [, channels, ...kernel] = weights.shape as number[];
  if (intAttribute(node, "group", 1) !== 1 || kernel.every((size, i) => size > places[i])) return 1;
  const { input } = transposedWindowOf(node, places, kernel);
  return (Math.ceil(channels / BLOCK) * BLOCK * sizeOf(input)) / (channels * sizeOf(places));
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
