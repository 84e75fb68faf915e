// What was drawn, as the data's digits are: brought to 20 pixels, its centre of mass in the middle of 28.

import { PIXELS } from "./pixels.ts";

/** Points of the pad on each side. */
export const PAD = 280;
/** The longer side of a digit, in pixels. */
const LONGER = 20;

/**
 * The digit on a pad of PAD x PAD greys in [0, 1], as the data's digits were made (LeCun et al., MNIST): scaled so that
 * its longer side is 20 pixels, each pixel the mean of what falls into it, and shifted by whole pixels so that its
 * centre of mass is in the middle. Undefined where nothing was drawn.
 */
export function centred(pad: Float64Array): Float32Array | undefined {
  const inked = Array.from(pad.keys()).filter((i) => pad[i] > 0);
  if (inked.length === 0) return undefined;
  const [columns, rows] = [inked.map((i) => i % PAD), inked.map((i) => Math.floor(i / PAD))];
  const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b));
  const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b));
  const [left, top] = [least(columns), least(rows)];
  const step = Math.max(most(columns) - left, most(rows) - top, 1) / LONGER;
  const small = new Float64Array(PIXELS * PIXELS);
  for (const i of inked) {
    const [x, y] = [Math.floor(((i % PAD) - left) / step), Math.floor((Math.floor(i / PAD) - top) / step)];
    small[Math.min(y, LONGER) * PIXELS + Math.min(x, LONGER)] += pad[i] / step ** 2;
  }
  const mass = small.reduce((sum, value) => sum + value, 0);
  const mean = (of: (i: number) => number) => small.reduce((sum, value, i) => sum + value * of(i), 0) / mass;
  const [dx, dy] = [mean((i) => i % PIXELS), mean((i) => Math.floor(i / PIXELS))].map((centre) =>
    Math.round((PIXELS - 1) / 2 - centre),
  );
  const result = new Float32Array(PIXELS * PIXELS);
  for (const [i, value] of small.entries()) {
    const [x, y] = [(i % PIXELS) + dx, Math.floor(i / PIXELS) + dy];
    if (value > 0 && x >= 0 && x < PIXELS && y >= 0 && y < PIXELS) result[y * PIXELS + x] = Math.min(1, value);
  }
  return result;
}
