// A convolution with a large kernel and few places for it, such as a weight gradient, as one matrix product per place.

import { GraphBuilder } from "../builder.ts";
import { isStatic } from "../dim.ts";
import { type Graph, intAttribute, intsAttribute, type Node } from "../graph.ts";
import { constantInts } from "../operator.ts";
import { kernelOf } from "../ops/conv.ts";
import { type Window, windowOf } from "../window.ts";

/** Fewer images than this (the channels of the input whose weight gradient it is) and the convolution is faster. */
const IMAGES = 8;

/** More places than this would make a graph too large. */
const PLACES = 64;

/**
 * The same graph with every convolution by a computed kernel, with few places for it, written as slices and matrix products.
 *
 * The runtime multiplies [filters, channels * kernel] by [channels * kernel, places] for each image; with 9 places that
 * is a thin matrix. For each place, [filters, channels * kernel] by [channels * kernel, images] is a good one. Measured
 * at one thread, weight gradients of 3 x 3 kernels at batch 100: 64 channels of 12 x 12, stride 2: 2.6 ms against 6.0;
 * 64 of 5 x 5: .8 against 1.9; 32 of 12 x 12: 5.0 against 10.4; 8 of 12 x 12: .7 against 1.3; 1 of 28 x 28: 2.2
 * against 1.0, hence the least number of images.
 */
export function productsForConvolutions(graph: Graph): Graph {
  const g = GraphBuilder.from({ ...graph, nodes: [], outputs: [] });
  g.reserve(graph.nodes.flatMap((node) => node.outputs));
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  for (const node of graph.nodes) {
    // Constant kernels are laid out for the processor when the graph is compiled; nothing beats that.
    const isComputed = node.op === "Conv" && makers.has(node.inputs[1]);
    const window = isComputed ? fewPlaces(g, node) : undefined;
    if (window) addProducts(g, node, window, makers);
    else g.push(node);
  }
  for (const { name } of graph.outputs) g.output(name);
  return g.graph();
}

/** The window of a convolution that is to become products. */
function fewPlaces(g: GraphBuilder, node: Node): Window | undefined {
  const [x, w] = node.inputs;
  const [images, , ...spatial] = g.type(x).shape;
  if (node.inputs[2] || intAttribute(node, "group", 1) !== 1) return undefined;
  if (typeof images !== "number" || images < IMAGES || !isStatic(spatial)) return undefined;
  const window = windowOf(node, spatial, kernelOf(node, g.type(w)));
  const places = sizeOf(window.output);
  return places <= PLACES && places <= sizeOf(window.kernel) ? window : undefined;
}

function addProducts(g: GraphBuilder, node: Node, window: Window, makers: ReadonlyMap<string, Node>): void {
  const { output, kernel, strides, dilations, before, after } = window;
  const filters = g.type(node.inputs[1]).shape[0];
  const images = g.type(node.inputs[0]).shape[0];
  const axes = kernel.map((_, i) => i + 1);
  // Images last: a row of them is contiguous however the window strides.
  let x = imagesLast(g, node.inputs[0], makers);
  if ([...before, ...after].some((width) => width !== 0)) {
    x = g.node("Pad", [x, g.ints([0, ...before, 0, 0, ...after, 0])]);
  }
  const left = g.node("Reshape", [node.inputs[1], g.ints([Number(filters), -1])]);
  const columns = placesOf(output).map((place) => {
    const start = place.map((at, i) => at * strides[i]);
    const end = start.map((at, i) => at + (kernel[i] - 1) * dilations[i] + 1);
    const part = g.node("Slice", [x, g.ints(start), g.ints(end), g.ints(axes), g.ints(dilations)]);
    const right = g.node("Reshape", [part, g.ints([-1, Number(images)])]);
    return g.node("Unsqueeze", [g.node("Gemm", [left, right]), g.ints([2])]);
  });
  const joined = g.node("Concat", columns, { axis: { int: 2 } });
  const shaped = g.node("Reshape", [joined, g.ints([Number(filters), Number(images), ...output])]);
  const perm = { perm: { ints: [1, 0, ...output.map((_, i) => i + 2)] } };
  g.push({ ...node, op: "Transpose", inputs: [shaped], attributes: perm });
}

/** [A, B, ...] as [B, ..., A]; what a Transpose and a cut at the end did before is taken back, as no window reaches there. */
function imagesLast(g: GraphBuilder, value: string, makers: ReadonlyMap<string, Node>): string {
  const rank = g.type(value).shape.length;
  const wanted = Array.from({ length: rank }, (_, i) => (i + 1) % rank);
  const maker = makers.get(value);
  const perm = maker?.op === "Transpose" ? intsAttribute(maker, "perm", undefined) : undefined;
  if (!maker || !perm) return g.node("Transpose", [value], { perm: { ints: wanted } });
  const composed = { perm: { ints: wanted.map((axis) => perm[axis]) } };
  return g.node("Transpose", [beforeCut(g, maker.inputs[0], makers)], composed);
}

/** What was there before a Slice that only cuts at the end. */
function beforeCut(g: GraphBuilder, value: string, makers: ReadonlyMap<string, Node>): string {
  const maker = makers.get(value);
  if (maker?.op !== "Slice" || maker.inputs.length !== 4) return value;
  const starts = constantInts(g.type(maker.inputs[1]));
  return starts?.every((start) => start === 0) ? maker.inputs[0] : value;
}

function sizeOf(sizes: readonly number[]): number {
  return sizes.reduce((product, size) => product * size, 1);
}

/** All index tuples of a shape, the last index fastest. */
function placesOf(shape: readonly number[]): readonly (readonly number[])[] {
  return shape.reduce<readonly (readonly number[])[]>(
    (heads, size) => heads.flatMap((head) => Array.from({ length: size }, (_, i) => [...head, i])),
    [[]],
  );
}
