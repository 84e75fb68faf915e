// Convolution with a Gaussian kernel, zeros beyond the border: its own adjoint.

import type { Size } from "./imageLayout.ts";
import { type PixelMap, pixelMap } from "./pixelMap.ts";

/** How many standard deviations the kernel reaches to either side. */
const REACH = 3;

/** An odd number of weights: the normal density at equally spaced points from -3 to 3, summing to 1. */
export function gaussian(length: number): Float64Array {
  const middle = (length - 1) / 2;
  const density = Float64Array.from({ length }, (_, k) => {
    return middle === 0 ? 1 : Math.exp(-0.5 * ((REACH * (k - middle)) / middle) ** 2);
  });
  const sum = density.reduce((a, b) => a + b, 0);
  return density.map((each) => each / sum);
}

/** The convolution with the outer product of the weights, as one map along columns and one along rows. */
export function blur(size: Size, weights: Float64Array): readonly PixelMap[] {
  const middle = (weights.length - 1) / 2;
  return ["rows", "columns"].map((along) =>
    pixelMap(size, size, weights.length, (row, column, see) => {
      weights.forEach((weight, k) => {
        const [i, j] = along === "rows" ? [row, column + k - middle] : [row + k - middle, column];
        if (i >= 0 && i < size.height && j >= 0 && j < size.width) see(i, j, weight);
      });
    }),
  );
}
