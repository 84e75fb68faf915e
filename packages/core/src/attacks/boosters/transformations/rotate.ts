// Rotations about the center of a rectangle of an image, bilinear, zeros from beyond it.

import { type Rectangle, type See, seeAround } from "./pixelMap.ts";

/** A rotation counter-clockwise. */
interface Turn {
  readonly sin: number;
  readonly cos: number;
}

/** The rotation by an angle in degrees. */
export function turnBy(degrees: number): Turn {
  const angle = (degrees * Math.PI) / 180;
  return { sin: Math.sin(angle), cos: Math.cos(angle) };
}

/**
 * Shows what lies at (row, column) of a rectangle after it was turned: the old pixels of the rectangle around where
 * that place was before.
 */
export function seeRotated(row: number, column: number, part: Rectangle, { sin, cos }: Turn, see: See): void {
  const [middleY, middleX] = [(part.height - 1) / 2, (part.width - 1) / 2];
  const [y, x] = [row - middleY, column - middleX];
  seeAround(middleY + y * cos + x * sin, middleX + x * cos - y * sin, part, see);
}
