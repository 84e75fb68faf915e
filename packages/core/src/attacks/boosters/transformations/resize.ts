// Images brought to another size, as networks do it: bilinear, with pixels as areas (align_corners = false).

import type { Size } from "./imageLayout.ts";
import type { ImageMap } from "./pixelMap.ts";
import { type SideMap, separable, sideMap } from "./separable.ts";

/**
 * Each new pixel is interpolated at the place of its center in the old image; nothing is averaged where images shrink.
 */
export const resize = (from: Size, to: Size): ImageMap =>
  separable(resizedSide(from.height, to.height), resizedSide(from.width, to.width));

/** The same along one side. */
export function resizedSide(from: number, to: number): SideMap {
  return sideMap(from, to, (place, see) => {
    const center = Math.max(0, ((place + 0.5) * from) / to - 0.5);
    const at = Math.floor(center);
    see(at, 1 - (center - at));
    see(Math.min(at + 1, from - 1), center - at);
  });
}
