// Images brought to another size, as networks do it: bilinear, with pixels as areas (align_corners = false).

import type { Size } from "./imageLayout.ts";
import { type PixelMap, pixelMap, seeAround } from "./pixelMap.ts";

/**
 * Each new pixel is interpolated at the place of its center in the old image; nothing is averaged where images shrink.
 */
export function resize(from: Size, to: Size): PixelMap {
  const whole = { top: 0, left: 0, ...from };
  const place = (at: number, before: number, behind: number) => Math.max(0, ((at + 0.5) * before) / behind - 0.5);
  return pixelMap(from, to, 4, (row, column, see) => {
    seeAround(place(row, from.height, to.height), place(column, from.width, to.width), whole, "border", see);
  });
}
