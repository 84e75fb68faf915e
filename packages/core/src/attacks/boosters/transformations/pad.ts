// Images on a larger ground of zeros.

import type { Size } from "./imageLayout.ts";
import type { ImageMap } from "./pixelMap.ts";
import { type SideMap, separable, sideMap } from "./separable.ts";

/** The image with its first pixel at (top, left) of an image of zeros, in which it has room. */
export const pad = (from: Size, to: Size, top: number, left: number): ImageMap =>
  separable(paddedSide(from.height, to.height, top), paddedSide(from.width, to.width, left));

/** The same along one side. */
export const paddedSide = (from: number, to: number, first: number): SideMap =>
  sideMap(from, to, (place, see) => {
    if (place >= first && place < first + from) see(place - first, 1);
  });
