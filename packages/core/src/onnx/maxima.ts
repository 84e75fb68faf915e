// The gradient of a maximum over windows without the places of the maxima, for runtimes that do not give them.

import type { GraphWriter } from "./operator.ts";
import type { Window } from "./window.ts";

/** Below all features and activations, and finite: what the margin counts as. */
const LOWEST = -3e38;

/**
 * The cotangent of each window at its largest element, at the first of equal ones, as processors choose.
 *
 * Each element of the kernel meets one slice of the input, of the output's shape; what of the cotangent no earlier
 * element took goes to it where it is the maximum. The slices that lie alike between two strides are shifted to their
 * places and added up; those sums, one for each place between two strides, are then laid out in turn.
 *
 * @param y the maxima
 */
export function firstOfEquals(g: GraphWriter, x: string, y: string, cotangent: string, window: Window): string {
  const { input, output, kernel, strides, dilations, before } = window;
  const axes = input.map((_, i) => i + 2);
  const zero = g.scalar(0, x);
  const padded = (value: string, low: readonly number[], high: readonly number[], by: string) =>
    [...low, ...high].every((width) => width === 0)
      ? value
      : g.node("Pad", [value, g.ints([0, 0, ...low.map(positive), 0, 0, ...high.map(positive)]), by]);
  const reached = input.map((_, i) => (output[i] - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1);
  const end = input.map((size, i) => Math.max(0, reached[i] - before[i] - size));
  const whole = padded(x, before, end, g.scalar(LOWEST, x));

  /** By place between two strides, what comes there. */
  const sums = new Map<string, string>();
  // Strides that the output takes, and those by which the last element of a window lies behind the first.
  const coarse = input.map((_, i) => output[i] + Math.floor(((kernel[i] - 1) * dilations[i]) / strides[i]));
  let rest = cotangent;
  for (const element of places(kernel)) {
    const from = element.map((k, i) => k * dilations[i]);
    const to = from.map((start, i) => start + (output[i] - 1) * strides[i] + 1);
    const met = g.node("Slice", [whole, g.ints(from), g.ints(to), g.ints(axes), g.ints(strides)]);
    const isLargest = g.node("Equal", [met, y]);
    const share = g.node("Where", [isLargest, rest, zero]);
    rest = g.node("Where", [isLargest, zero, rest]);
    const shift = from.map((start, i) => Math.floor(start / strides[i]));
    const after = shift.map((width, i) => coarse[i] - output[i] - width);
    const between = `${from.map((start, i) => start % strides[i])}`;
    const placed = padded(share, shift, after, zero);
    const sum = sums.get(between);
    sums.set(between, sum === undefined ? placed : g.node("Add", [sum, placed]));
  }
  let none: string | undefined;
  const nothing = () => {
    none ??= g.node("Mul", [[...sums.values()][0], zero]);
    return none;
  };

  /** The sums of all places that begin so, laid out in turn along the axes that are left. */
  const laidOut = (begin: readonly number[]): string => {
    const axis = begin.length;
    if (axis === strides.length) return sums.get(`${begin}`) ?? nothing();
    const parts = Array.from({ length: strides[axis] }, (_, place) => laidOut([...begin, place]));
    if (parts.length === 1) return parts[0];
    const sizes = [
      ...coarse.slice(0, axis),
      ...coarse.slice(axis).map((size, i) => size * (i === 0 ? 1 : strides[axis + i])),
    ];
    const apart = parts.map((part) => g.node("Unsqueeze", [part, g.ints([axis + 3])]));
    const turns = g.node("Concat", apart, { axis: { int: axis + 3 } });
    sizes[axis] *= strides[axis];
    return g.node("Reshape", [turns, g.ints([0, 0, ...sizes])]);
  };
  const start = before.map((width) => -width);
  const cut = input.map((size, i) => size + before[i] - coarse[i] * strides[i]);
  return padded(laidOut([]), start, cut, zero);
}

/** 0 in place of -0, which JavaScript makes of it. */
const positive = (width: number) => width || 0;

/** The elements of a kernel, in row-major order. */
function places(kernel: readonly number[]): readonly (readonly number[])[] {
  return kernel.reduce<(readonly number[])[]>(
    (heads, size) => heads.flatMap((head) => Array.from({ length: size }, (_, k) => [...head, k])),
    [[]],
  );
}
