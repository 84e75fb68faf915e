// What the gradients of pooling share: the transpose of summing over windows, and how many elements windows hold.

import { type FloatType, sizeOf, tensor } from "../tensor.ts";
import type { Node } from "./graph.ts";
import { requireSmall } from "./limits.ts";
import type { GraphWriter } from "./operator.ts";
import { spatialSizes, type Window } from "./window.ts";

/** Gives the number of each window to every element of `x` in that window; where windows overlap, numbers add up. */
export function spreadOverWindows(g: GraphWriter, node: Node, value: string, x: string, window: Window): string {
  const { strides, dilations, before, input, output, kernel } = window;
  // The transpose of a convolution with ones, channel by channel.
  const images = g.node("Reshape", [value, g.ints([-1, 1, ...output])]);
  const type = g.type(x).type as FloatType;
  const ones = g.constant(tensor(type, [1, 1, ...kernel], new Array<number>(sizeOf(kernel)).fill(1)));
  const attributes = { strides: { ints: strides }, dilations: { ints: dilations } };
  const canvas = g.node("ConvTranspose", [images, ones], attributes);
  const covered = spatialSizes(node, g.type(canvas));
  const start = before.map((width) => -width || 0);
  const end = covered.map((length, i) => input[i] + before[i] - length);
  const cut = g.node("Pad", [canvas, g.ints([0, 0, ...start, 0, 0, ...end])]);
  return g.node("Reshape", [cut, g.node("Shape", [x])]);
}

/**
 * How many elements of the input each window holds, or of the input with its margin, in row-major order of the windows.
 */
export function countsOfWindows(window: Window, withMargin: boolean): readonly number[] {
  const { input, output, kernel, strides, dilations, before, after } = window;
  requireSmall(sizeOf(output), "places of a pooling window");
  // A window is a box, so its count is a product over the axes.
  const perAxis = output.map((length, i) =>
    Array.from({ length }, (_, o) => {
      const low = withMargin ? 0 : before[i];
      const high = before[i] + input[i] + (withMargin ? after[i] : 0);
      const places = Array.from({ length: kernel[i] }, (_, k) => o * strides[i] + k * dilations[i]);
      return places.filter((place) => place >= low && place < high).length;
    }),
  );
  return perAxis.reduce<number[]>((heads, axis) => heads.flatMap((head) => axis.map((each) => head * each)), [1]);
}
