// The weight gradient that a convolution and its transpose share: one matrix product over shifted inputs.

import { assert } from "../errors.ts";
import type { GraphBuilder } from "./builder.ts";
import type { Window } from "./window.ts";

/**
 * The derivative by the weights [M, C/group, ...kernel] of the convolution that takes `input` [N, C, ...input] to
 * what `cotangent` [N, M, ...output] belongs to.
 *
 * For each kernel element k, dW[m, c, k] = sum over n and o of dY[n, m, o] X[n, c, o stride + k dilation - before]. The
 * shifted inputs of all k are laid one after the other, so that a single product does the arithmetic.
 */
export function weightGradient(
  g: GraphBuilder,
  input: string,
  cotangent: string,
  window: Window,
  group: number,
): string {
  const { kernel, strides, dilations, before, after, output } = window;
  const channels = g.type(input).shape[1];
  const filters = g.type(cotangent).shape[1];
  assert(typeof channels === "number" && typeof filters === "number", "a convolution of unknown channels");
  const spatial = kernel.length;
  const swap = { perm: { ints: [1, 0, ...kernel.map((_, i) => i + 2)] } };
  const grouped = group > 1;
  const lead = grouped ? [group] : [];
  // [C, N, ...input], with the group as an axis of its own in front where there are several.
  let x = g.node("Transpose", [input], swap);
  if (grouped) x = g.node("Reshape", [x, g.ints([group, channels / group, -1, ...window.input])]);
  const first = lead.length + 2;
  if ([...before, ...after].some((width) => width !== 0)) {
    const rest = new Array<number>(first).fill(0);
    x = g.node("Pad", [x, g.ints([...rest, ...before, ...rest, ...after])]);
  }
  const axes = g.ints(kernel.map((_, i) => first + i));
  const shifted = offsets(kernel).map((offset) => {
    const starts = offset.map((k, i) => k * dilations[i]);
    const ends = starts.map((start, i) => start + (output[i] - 1) * strides[i] + 1);
    return g.node("Slice", [x, g.ints(starts), g.ints(ends), axes, g.ints(strides)]);
  });
  const all = shifted.length === 1 ? shifted[0] : g.node("Concat", shifted, { axis: { int: lead.length } });
  const columns = g.node("Reshape", [all, g.ints([...lead, (shifted.length * channels) / group, -1])]);
  const rows = g.node("Reshape", [g.node("Transpose", [cotangent], swap), g.ints([...lead, filters / group, -1])]);
  const product = grouped
    ? g.node("MatMul", [rows, g.node("Transpose", [columns], { perm: { ints: [0, 2, 1] } })])
    : g.node("Gemm", [rows, columns], { transB: { int: 1 } });
  const kernelFirst = g.node("Reshape", [product, g.ints([filters, ...kernel, channels / group])]);
  const back = [0, spatial + 1, ...kernel.map((_, i) => i + 1)];
  return g.node("Transpose", [kernelFirst], { perm: { ints: back } });
}

/** Every index into a kernel, row-major. */
function offsets(kernel: readonly number[]): readonly (readonly number[])[] {
  return kernel.reduce<number[][]>(
    (heads, size) => heads.flatMap((head) => Array.from({ length: size }, (_, k) => [...head, k])),
    [[]],
  );
}

/** The sum over batch and space: the derivative by the bias of each channel. */
export function biasGradient(g: GraphBuilder, cotangent: string): string {
  const axes = g.type(cotangent).shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  return g.node("ReduceSum", [cotangent, g.ints(axes)], { keepdims: { int: 0 } });
}
