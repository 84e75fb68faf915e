// Rotations about the center of a rectangle of an image, bilinear, zeros from beyond it.

import { type Rectangle, type See, seeAround } from "./pixelMap.ts";

/**
 * Shows what lies at (row, column) of a rectangle after it was turned counter-clockwise by an angle in degrees: the old
 * pixels of the rectangle around where that place was before.
 */
export function seeRotated(row: number, column: number, part: Rectangle, degrees: number, see: See): void {
  const angle = (degrees * Math.PI) / 180;
  const [middleY, middleX] = [(part.height - 1) / 2, (part.width - 1) / 2];
  const [y, x] = [row - middleY, column - middleX];
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  seeAround(middleY + y * cos + x * sin, middleX + x * cos - y * sin, part, "zeros", see);
}
