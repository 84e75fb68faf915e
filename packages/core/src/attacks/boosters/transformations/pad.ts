// Images on a larger ground of zeros.

import type { Size } from "./imageLayout.ts";
import { type PixelMap, pixelMap } from "./pixelMap.ts";

/** The image with its first pixel at (top, left) of an image of zeros. */
export function pad(from: Size, to: Size, top: number, left: number): PixelMap {
  return pixelMap(from, to, 1, (row, column, see) => {
    const [i, j] = [row - top, column - left];
    if (i >= 0 && i < from.height && j >= 0 && j < from.width) see(i, j, 1);
  });
}
