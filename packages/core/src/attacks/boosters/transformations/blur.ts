// Convolution with a Gaussian kernel, zeros beyond the border: its own adjoint.

import type { Size } from "./imageLayout.ts";
import type { ImageMap } from "./pixelMap.ts";
import { separable, sideMap } from "./separable.ts";

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

/** The convolution with the outer product of the weights. */
export function blur(size: Size, weights: Float64Array): ImageMap {
  const middle = (weights.length - 1) / 2;
  const blurred = (side: number) =>
    sideMap(side, side, (place, see) => {
      weights.forEach((weight, k) => {
        const old = place + k - middle;
        if (old >= 0 && old < side) see(old, weight);
      });
    });
  return separable(blurred(size.height), blurred(size.width));
}
