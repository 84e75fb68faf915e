// Convolutions by weights that change, and their gradients, as matrix products: what training consists of.

import { GraphBuilder } from "../builder.ts";
import { isStatic } from "../dim.ts";
import { type Graph, intAttribute, intsAttribute, type Node } from "../graph.ts";
import { kernelOf } from "../ops/conv.ts";
import { constantInts } from "../valueType.ts";
import { transposedWindowOf, type Window, windowOf } from "../window.ts";
import { isImage, nodeNamed, PlacesFirst, sizeOf } from "./placesFirst.ts";

/** With fewer channels than this, the elements of a kernel are multiplied together instead of one by one. */
const CHANNELS = 8;

/** With more places than this, the product of one image is large enough, and slices for all would take much memory. */
const PLACES = 256;

/** A kernel of more elements than this would make a graph too large. */
const ELEMENTS = 64;

const elementwise = new Set(["Add", "Cast", "CastLike", "Greater", "Mul", "Neg", "Relu", "Sub", "Sum", "Where"]);

/**
 * The same graph with convolutions written as slices and matrix products, one per element of the kernel.
 *
 * The runtime multiplies [filters, channels * kernel] by [channels * kernel, places] for each image, unless weights are
 * constants that it can lay out once; with 9 or 25 places that is a thin matrix.
 */
export function productsForConvolutions(graph: Graph): Graph {
  return new Rewriting(graph).graph();
}

class Rewriting {
  private readonly source: Graph;
  /** Knows the types of the values of the source. */
  private readonly types: GraphBuilder;
  private readonly makers: ReadonlyMap<string, Node>;
  private readonly g: GraphBuilder;
  private readonly constants: Set<string>;
  private readonly images: PlacesFirst;
  private readonly weights = new Map<string, readonly string[]>();
  /** Weight gradients [channels, filters, ...kernel] that exist as [kernel, filters, channels]. */
  private readonly weightGradients = new Map<string, string>();

  constructor(graph: Graph) {
    this.source = graph;
    this.types = GraphBuilder.from(graph);
    this.makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
    this.g = GraphBuilder.from({ ...graph, nodes: [], outputs: [] });
    this.g.reserve(graph.nodes.flatMap((node) => node.outputs));
    this.constants = new Set(["", ...graph.initializers.keys()]);
    this.images = new PlacesFirst(this.g);
  }

  graph(): Graph {
    for (const node of this.source.nodes) {
      if (node.inputs.every((name) => this.constants.has(name))) for (const o of node.outputs) this.constants.add(o);
      this.add(node);
    }
    for (const { name } of this.source.outputs) {
      this.images.restore(name);
      this.g.output(name);
    }
    return this.g.graph();
  }

  private add(node: Node): void {
    if (node.op === "Conv" && this.addConv(node)) return;
    if (node.op === "ConvTranspose" && this.addConvTranspose(node)) return;
    if (node.inputs.some((name) => this.images.has(name))) {
      if (this.addElementwise(node) || this.addBiasGradient(node)) return;
    }
    if (this.addSwapped(node)) return;
    for (const name of node.inputs) this.images.restore(name);
    this.g.push(node);
  }

  private addConv(node: Node): boolean {
    const [x, w] = node.inputs;
    if (intAttribute(node, "group", 1) !== 1 || this.constants.has(w)) return false;
    if (!isStatic(this.types.type(x).shape.slice(2))) return false;
    const window = windowOf(node, this.spatial(x), kernelOf(node, this.types.type(w)));
    const [places, elements] = [sizeOf(window.output), sizeOf(window.kernel)];
    const [swappedX, swappedW] = [this.swapped(x), this.swapped(w)];
    if (swappedX !== undefined && swappedW !== undefined) {
      if (!isImage(this.types, swappedX) || !isImage(this.types, swappedW)) return false;
      if (places > ELEMENTS || elements > PLACES) return false;
      this.addWeightGradient(node, window, swappedX, swappedW);
      return true;
    }
    if (places > PLACES || elements > ELEMENTS || !this.isImageAndWeights(x, w)) return false;
    this.addForward(node, window);
    return true;
  }

  private addForward(node: Node, window: Window): void {
    const { g, images } = this;
    const [x, w, b] = node.inputs;
    const [filters, channels] = this.types.type(w).shape as number[];
    let y = b ?? "";
    if (channels < CHANNELS) {
      const flat = g.node("Reshape", [w, g.ints([filters, channels, -1])]);
      const turned = g.node("Transpose", [flat], { perm: { ints: [2, 1, 0] } });
      const right = g.node("Reshape", [turned, g.ints([-1, filters])]);
      y = g.node("Gemm", [images.columns(x, window), right, ...(b ? [b] : [])], { transA: { int: 1 } });
    } else {
      const weights = this.weightsOf(w, window);
      images.taps(x, window).forEach((tap, i) => {
        y = g.node("Gemm", y ? [tap, weights[i], y] : [tap, weights[i]], { transB: { int: 1 } });
      });
    }
    images.set(node.outputs[0], g.node("Reshape", [y, g.ints([...window.output, -1, filters])]));
  }

  /** For each element of the kernel, its matrix [filters, channels]. */
  private weightsOf(w: string, { kernel }: Window): readonly string[] {
    const { g } = this;
    const [filters, channels] = this.types.type(w).shape as number[];
    const known = this.weights.get(w);
    if (known) return known;
    const flat = g.node("Reshape", [w, g.ints([filters, channels, -1])]);
    const moved = g.node("Transpose", [flat], { perm: { ints: [2, 0, 1] } });
    const rows = g.node("Reshape", [moved, g.ints([-1, channels])]);
    const sizes = g.ints(new Array<number>(sizeOf(kernel)).fill(filters));
    const parts = g.nodeOutputs("Split", [rows, sizes], { axis: { int: 0 } }, sizeOf(kernel));
    this.weights.set(w, parts);
    return parts;
  }

  /** dW[m, c, k] as the product over samples and places of the cotangent and what k meets. */
  private addWeightGradient(node: Node, swapped: Window, x: string, cotangent: string): void {
    const { g, images } = this;
    const { strides, dilations, output, kernel, before, after } = swapped;
    const channels = Number(this.types.type(node.inputs[0]).shape[0]);
    const filters = Number(this.types.type(node.inputs[1]).shape[0]);
    const window: Window = {
      input: this.spatial(x),
      output: kernel,
      kernel: output,
      strides: dilations,
      dilations: strides,
      before,
      after,
    };
    const right = images.matrix(cotangent);
    let stacked: string;
    if (channels < CHANNELS) {
      const product = g.node("Gemm", [images.columns(x, window), right]);
      const shaped = g.node("Reshape", [product, g.ints([-1, channels, filters])]);
      stacked = g.node("Transpose", [shaped], { perm: { ints: [0, 2, 1] } });
    } else {
      // Transposed once instead of in each product; with three axes, for the runtime takes a transposed matrix back.
      const flat = g.node("Reshape", [right, g.ints([sizeOf(kernel), -1, filters])]);
      const turned = g.node("Transpose", [flat], { perm: { ints: [2, 0, 1] } });
      const left = g.node("Reshape", [turned, g.ints([filters, -1])]);
      const products = images.taps(x, window).map((tap) => g.node("Gemm", [left, tap]));
      const joined = g.node("Concat", products, { axis: { int: 0 } });
      stacked = g.node("Reshape", [joined, g.ints([-1, filters, channels])]);
    }
    const [name] = node.outputs;
    this.weightGradients.set(name, stacked);
    const turned = g.node("Transpose", [stacked], { perm: { ints: [2, 1, 0] } });
    g.push(nodeNamed(name, "Reshape", [turned, g.ints([channels, filters, ...output])]));
  }

  private addSwapped(node: Node): boolean {
    const stacked = this.weightGradients.get(node.inputs[0]);
    if (node.op !== "Transpose" || stacked === undefined || !isSwap(node)) return false;
    const moved = this.g.node("Transpose", [stacked], { perm: { ints: [1, 2, 0] } });
    const shape = this.types.type(node.outputs[0]).shape as number[];
    this.g.push(nodeNamed(node.outputs[0], "Reshape", [moved, this.g.ints(shape)]));
    return true;
  }

  private addConvTranspose(node: Node): boolean {
    const { g, images } = this;
    const [x, w, b] = node.inputs;
    if (b || intAttribute(node, "group", 1) !== 1 || !this.isImageAndWeights(x, w)) return false;
    // Few columns in each product do not pay, and with constant weights nothing was gained.
    if (Number(this.types.type(w).shape[1]) < CHANNELS || this.constants.has(w)) return false;
    const window = transposedWindowOf(node, this.spatial(x), kernelOf(node, this.types.type(w)));
    const { kernel, output, input, strides, dilations, before, after } = window;
    if ([...strides, ...dilations].some((step) => step !== 1)) return false;
    if ([...before, ...after].some((width) => width !== 0)) return false;
    if (sizeOf(output) > PLACES || sizeOf(kernel) > ELEMENTS) return false;
    const channels = Number(this.types.type(w).shape[1]);
    const weights = this.weightsOf(w, window);
    const left = images.matrix(x);
    let parts = weights.map((weight) =>
      g.node("Reshape", [g.node("Gemm", [left, weight]), g.ints([...output, -1, channels])]),
    );
    // Summed axis by axis, the last one first: what is summed is small until the end.
    for (let axis = kernel.length - 1; axis >= 0; axis--) {
      const size = kernel[axis];
      parts = Array.from({ length: parts.length / size }, (_, i) => {
        const moved = parts.slice(i * size, (i + 1) * size).map((part, k) => {
          const margins = new Array<number>(2 * kernel.length + 4).fill(0);
          margins[axis] = k;
          margins[kernel.length + 2 + axis] = input[axis] - output[axis] - k;
          return g.node("Pad", [part, g.ints(margins)]);
        });
        return g.node("Sum", moved);
      });
    }
    images.set(node.outputs[0], parts[0]);
    return true;
  }

  private addElementwise(node: Node): boolean {
    const [name] = node.outputs;
    if (!elementwise.has(node.op)) return false;
    const shape = `${this.types.type(name).shape}`;
    const isScalar = (input: string) =>
      !this.images.has(input) && sizeOf(this.types.type(input).shape as number[]) === 1;
    if (node.inputs.some((input) => `${this.types.type(input).shape}` !== shape && !isScalar(input))) return false;
    const inputs = node.inputs.map((input) => (isScalar(input) ? input : this.images.of(input)));
    this.images.set(name, this.g.node(node.op, inputs, node.attributes));
    return true;
  }

  /** The sum over samples and places. */
  private addBiasGradient(node: Node): boolean {
    const [, list] = node.inputs;
    const axes = node.op === "ReduceSum" && list ? constantInts(this.types.type(list)) : undefined;
    const rank = this.types.type(node.inputs[0]).shape.length;
    if (!axes || intAttribute(node, "keepdims", 1) !== 0) return false;
    if (axes.length !== rank - 1 || axes.includes(1) || axes.some((axis) => axis < 0)) return false;
    this.g.push({ ...node, inputs: [this.images.matrix(node.inputs[0]), this.g.ints([0])] });
    return true;
  }

  /**
   * The value of which another is the transpose of samples and channels, up to places at the end that no window
   * reaches.
   */
  private swapped(value: string): string | undefined {
    const maker = this.makers.get(value);
    if (maker?.op !== "Transpose" || !isSwap(maker)) return undefined;
    const cut = this.makers.get(maker.inputs[0]);
    if (cut?.op !== "Slice" || cut.inputs.length !== 4) return maker.inputs[0];
    const starts = constantInts(this.types.type(cut.inputs[1]));
    const axes = constantInts(this.types.type(cut.inputs[3]));
    const isEnd = starts?.every((start) => start === 0) && axes?.every((axis) => axis >= 2);
    return isEnd ? cut.inputs[0] : maker.inputs[0];
  }

  private isImageAndWeights(x: string, w: string): boolean {
    return isImage(this.types, x) && isStatic(this.types.type(w).shape);
  }

  private spatial(value: string): readonly number[] {
    return this.types.type(value).shape.slice(2) as number[];
  }
}

function isSwap(node: Node): boolean {
  const perm = intsAttribute(node, "perm", undefined);
  return perm !== undefined && perm.length > 2 && perm.every((axis, i) => axis === (i < 2 ? 1 - i : i));
}
