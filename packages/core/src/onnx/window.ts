// Windows that slide over the spatial axes: the geometry that convolution and pooling share.

import { sizeOf } from "../tensor.ts";
import type { Dim } from "./dim.ts";
import { intAttribute, intsAttribute, type Node, stringAttribute } from "./graph.ts";
import { requireSmall } from "./limits.ts";
import { nodeError, unknownSize, unsupportedNode } from "./operator.ts";
import type { ValueType } from "./valueType.ts";

/**
 * Where a window stands: along each spatial axis, output o and kernel element k meet input o stride + k dilation -
 * before.
 */
export interface Window {
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Margin before and after the input. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** The window of a Conv or pooling node over an input whose spatial sizes are known. */
export function windowOf(node: Node, input: readonly number[], kernel: readonly number[]): Window {
  const { strides, dilations } = steps(node, kernel);
  const reach = reachOf(kernel, dilations);
  // The runtime's pools leave dilation out of account here.
  const margins = marginsOf(node, input, strides, node.op === "Conv" ? reach : kernel);
  const roundsUp = intAttribute(node, "ceil_mode", 0) !== 0;
  const round = roundsUp ? Math.ceil : Math.floor;
  const output = input.map((size, i) => {
    const count = round((size + margins.before[i] + margins.after[i] - reach[i]) / strides[i]) + 1;
    // Rounding up may add a window that starts behind the input; it does not count.
    return roundsUp && (count - 1) * strides[i] >= size + margins.before[i] ? count - 1 : count;
  });
  if (output.some((size) => size < 1)) {
    throw nodeError(node, "a kernel that fits into the padded input", `kernel [${kernel}] on [${input}]`);
  }
  return { input, output, kernel, strides, dilations, ...margins };
}

/** The window of a ConvTranspose node, as that of the convolution that it transposes: `input` is the node's output. */
export function transposedWindowOf(node: Node, size: readonly number[], kernel: readonly number[]): Window {
  const { strides, dilations } = steps(node, kernel);
  const reach = reachOf(kernel, dilations);
  const extra = intsAttribute(node, "output_padding", new Array<number>(kernel.length).fill(0));
  const full = size.map((count, i) => (count - 1) * strides[i] + reach[i] + extra[i]);
  const mode = stringAttribute(node, "auto_pad", "NOTSET");
  const given = intsAttribute(node, "output_shape", undefined)?.slice(-kernel.length);
  const wanted = given ?? (mode.startsWith("SAME") ? size.map((count, i) => count * strides[i]) : undefined);
  if (!given && wanted?.some((length, i) => extra[i] > 0 || length > full[i])) {
    throw unsupportedNode(
      node,
      `kernels that reach the sizes [${wanted}] of auto_pad without output_padding`,
      `[${full}]`,
    );
  }
  const { before, after } = wanted
    ? halves(
        mode,
        full.map((length, i) => Math.max(0, length - wanted[i])),
      )
    : explicitMargins(node, kernel.length);
  // A given size may be larger than what the kernels reach: the rest is 0.
  const input = given ?? full.map((length, i) => length - before[i] - after[i]);
  return { input, output: size, kernel, strides, dilations, before, after };
}

/** The spatial sizes of a value, which a gradient needs to know before the graph runs. */
export function spatialSizes(node: Node, value: ValueType): readonly number[] {
  return value.shape.slice(2).map((dim) => {
    if (typeof dim !== "number") throw unknownSize(node, "spatial sizes", `"${dim}"`);
    return dim;
  });
}

/** The spatial sizes that a sliding window gives, for a shape rule: unknown unless all sizes of the input are known. */
export function slidingShape(
  node: Node,
  input: readonly Dim[],
  kernel: readonly number[],
  unknownDim: () => Dim,
): readonly Dim[] {
  if (input.every((dim) => typeof dim === "number")) return windowOf(node, input, kernel).output;
  return input.map(unknownDim);
}

/** The attribute `kernel_shape` of a pooling node. */
export function kernelShape(node: Node): readonly number[] {
  const kernel = intsAttribute(node, "kernel_shape", undefined);
  if (!kernel) throw nodeError(node, "the attribute kernel_shape", "none");
  requireSmall(sizeOf(kernel), "elements of a window");
  return kernel;
}

/** The attributes of the window, margins written out. */
export function windowAttributes({ kernel, strides, dilations, before, after }: Window) {
  return {
    kernel_shape: { ints: kernel },
    strides: { ints: strides },
    dilations: { ints: dilations },
    pads: { ints: [...before, ...after] },
  };
}

/** The input elements that the margins and the kernel leave out at the end, because the stride does not divide. */
export function remainder({ input, output, kernel, strides, dilations, before, after }: Window): readonly number[] {
  const reach = reachOf(kernel, dilations);
  return input.map((size, i) => size + before[i] + after[i] - reach[i] - (output[i] - 1) * strides[i]);
}

function steps(node: Node, kernel: readonly number[]) {
  const ones = new Array<number>(kernel.length).fill(1);
  const strides = intsAttribute(node, "strides", ones);
  const dilations = intsAttribute(node, "dilations", ones);
  for (const list of [kernel, strides, dilations]) {
    if (list.length !== kernel.length || list.some((step) => step < 1)) {
      throw nodeError(node, "kernel, strides and dilations of 1 or more per spatial axis", `[${list}]`);
    }
  }
  return { strides, dilations };
}

function reachOf(kernel: readonly number[], dilations: readonly number[]): readonly number[] {
  return kernel.map((size, i) => (size - 1) * dilations[i] + 1);
}

function marginsOf(node: Node, input: readonly number[], strides: readonly number[], reach: readonly number[]) {
  const mode = stringAttribute(node, "auto_pad", "NOTSET");
  if (!mode.startsWith("SAME")) return explicitMargins(node, reach.length);
  if (node.op !== "Conv") return halves(mode, sameTotals(input, strides, reach));
  const { cut, ...margins } = sameOf(mode, sameTotals(input, strides, reach));
  if (cut.some((width) => width > 0)) {
    throw unsupportedNode(
      node,
      "margins that are written out where strides leave out the beginning",
      `auto_pad ${mode}`,
    );
  }
  return margins;
}

/** The margins of auto_pad SAME, below 0 where windows leave a part of the input out. */
function sameTotals(input: readonly number[], strides: readonly number[], reach: readonly number[]): readonly number[] {
  return input.map((size, i) => (Math.ceil(size / strides[i]) - 1) * strides[i] + reach[i] - size);
}

/**
 * The margins of a convolution of auto_pad SAME, and how much of the beginning of each axis is cut off: by the
 * runtime's rounding of margins below 0, of which the standard does not say anything.
 */
export function sameMargins(node: Node, input: readonly number[], kernel: readonly number[]) {
  const { strides, dilations } = steps(node, kernel);
  const totals = sameTotals(input, strides, reachOf(kernel, dilations));
  return sameOf(stringAttribute(node, "auto_pad", "NOTSET"), totals);
}

function sameOf(mode: string, totals: readonly number[]) {
  const cut = totals.map((total) => Math.max(0, -Math.trunc((total + (mode === "SAME_UPPER" ? 1 : 2)) / 2)));
  const margins = halves(
    mode,
    totals.map((total) => Math.max(0, total)),
  );
  return { ...margins, cut };
}

/**
 * Divides margins between the two ends of each axis; one below 0 cuts, and is divided with its halves rounded to 0
 * first.
 */
function halves(mode: string, totals: readonly number[]): Pick<Window, "before" | "after"> {
  const before = totals.map((total) => Math.trunc((mode === "SAME_UPPER" ? total : total + 1) / 2));
  return { before, after: totals.map((total, i) => total - before[i]) };
}

function explicitMargins(node: Node, rank: number): Pick<Window, "before" | "after"> {
  const mode = stringAttribute(node, "auto_pad", "NOTSET");
  const none = new Array<number>(2 * rank).fill(0);
  const pads = mode === "VALID" ? none : intsAttribute(node, "pads", none);
  return { before: pads.slice(0, rank), after: pads.slice(rank) };
}
