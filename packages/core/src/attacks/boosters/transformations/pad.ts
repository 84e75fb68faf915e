// Images on a larger ground of zeros.

import type { Vector } from "../../../linalg.ts";
import type { ImageLayout, Size } from "./imageLayout.ts";
import type { ImageMap } from "./pixelMap.ts";

/** The image with its first pixel at (top, left) of an image of zeros, in which it has room. */
export function pad(from: Size, to: Size, top: number, left: number): ImageMap {
  /** Copies each pixel of the smaller image from or to its place in the larger one. */
  const copy = (source: Vector, small: ImageLayout, large: ImageLayout, into: Float64Array, outward: boolean) => {
    if (outward) into.fill(0, 0, large.channels * large.height * large.width);
    for (let c = 0; c < small.channels; c++) {
      for (let row = 0; row < small.height; row++) {
        let inner = c * small.channelStep + row * small.width * small.pixelStep;
        let outer = c * large.channelStep + ((row + top) * large.width + left) * large.pixelStep;
        for (let column = 0; column < small.width; column++) {
          if (outward) into[outer] = source[inner];
          else into[inner] = source[outer];
          inner += small.pixelStep;
          outer += large.pixelStep;
        }
      }
    }
  };
  return {
    ...{ from, to },
    apply: (image, { before, behind }, into) => copy(image, before, behind, into, true),
    pullBack: (gradient, { before, behind }, into) => copy(gradient, before, behind, into, false),
  };
}
