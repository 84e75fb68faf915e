// Linear maps of images that treat rows and columns each by themselves: what is done along a side is kept as one small
// matrix with few neighbouring weights, and whatever is done one after the other along it is their product.

import type { Vector } from "../../../linalg.ts";
import type { ImageLayout } from "./imageLayout.ts";
import type { ImageMap } from "./pixelMap.ts";

/** New place p is the sum over its `taps` of weights[p taps + t] times old place starts[p] + t. */
export interface SideMap {
  readonly from: number;
  readonly to: number;
  readonly taps: number;
  readonly starts: Int32Array;
  readonly weights: Float64Array;
}

/** The map whose new places see what `look` shows them; an old place that is shown twice counts with both weights. */
export function sideMap(
  from: number,
  to: number,
  look: (place: number, see: (old: number, weight: number) => void) => void,
): SideMap {
  const seen = Array.from({ length: to }, (_, place) => {
    const row = new Float64Array(from);
    look(place, (old, weight) => {
      row[old] += weight;
    });
    const first = row.findIndex((weight) => weight !== 0);
    return { row, first: Math.max(0, first), count: row.findLastIndex((weight) => weight !== 0) - first + 1 };
  });
  const taps = Math.max(1, ...seen.map(({ count }) => count));
  const starts = Int32Array.from(seen, ({ first }) => Math.min(first, from - taps));
  const weights = new Float64Array(to * taps);
  seen.forEach(({ row }, place) => {
    weights.set(row.subarray(starts[place], starts[place] + taps), place * taps);
  });
  return { from, to, taps, starts, weights };
}

/** One map along a side after another: the product of their matrices. */
export function after(first: SideMap, second: SideMap): SideMap {
  return sideMap(first.from, second.to, (place, see) => {
    eachTap(second, place, (between, outer) => {
      if (outer !== 0) eachTap(first, between, (old, weight) => see(old, outer * weight));
    });
  });
}

function eachTap({ taps, starts, weights }: SideMap, place: number, take: (old: number, weight: number) => void): void {
  for (let t = 0; t < taps; t++) take(starts[place] + t, weights[place * taps + t]);
}

/** What is done to the heights and to the widths of images, as one map. */
export function separable(down: SideMap, along: SideMap): ImageMap {
  return {
    from: { height: down.from, width: along.from },
    to: { height: down.to, width: along.to },
    apply(image, { before, behind }, into) {
      const lines = between(down.to * along.from);
      for (let c = 0; c < before.channels; c++) {
        lines.fill(0, 0, down.to * along.from);
        eachPair(down, along.from, before, c, (weight, from, to, old) => {
          for (let k = from, at = old; k < to; k++, at += before.pixelStep) lines[k] += weight * image[at];
        });
        spread(lines, along, down.to, behind, c * behind.channelStep, into);
      }
    },
    pullBack(gradient, { before, behind }, into) {
      into.fill(0, 0, before.channels * down.from * along.from);
      const lines = between(down.to * along.from);
      for (let c = 0; c < before.channels; c++) {
        gather(gradient, along, down.to, behind, c * behind.channelStep, lines);
        eachPair(down, along.from, before, c, (weight, from, to, old) => {
          for (let k = from, at = old; k < to; k++, at += before.pixelStep) into[at] += weight * lines[k];
        });
      }
    },
  };
}

/**
 * The lines of so many pixels that go into each other, new and old, with the weight: where the new one begins and ends,
 * and where the old one begins in a channel of the image.
 */
function eachPair(
  { to, taps, starts, weights }: SideMap,
  width: number,
  { pixelStep, channelStep }: ImageLayout,
  channel: number,
  take: (weight: number, from: number, to: number, old: number) => void,
): void {
  for (let row = 0; row < to; row++) {
    for (let t = 0; t < taps; t++) {
      const weight = weights[row * taps + t];
      if (weight === 0) continue;
      const old = channel * channelStep + (starts[row] + t) * width * pixelStep;
      take(weight, row * width, (row + 1) * width, old);
    }
  }
}

/** Along each line: new pixels from old ones. */
function spread(
  lines: Float64Array,
  { from, to, taps, starts, weights }: SideMap,
  height: number,
  { pixelStep }: ImageLayout,
  channel: number,
  into: Float64Array,
): void {
  for (let row = 0, at = channel; row < height; row++) {
    for (let column = 0; column < to; column++, at += pixelStep) {
      let sum = 0;
      const old = row * from + starts[column];
      for (let t = 0; t < taps; t++) sum += weights[column * taps + t] * lines[old + t];
      into[at] = sum;
    }
  }
}

/** Along each line the transpose of that. */
function gather(
  gradient: Vector,
  { from, to, taps, starts, weights }: SideMap,
  height: number,
  { pixelStep }: ImageLayout,
  channel: number,
  lines: Float64Array,
): void {
  lines.fill(0, 0, height * from);
  for (let row = 0, at = channel; row < height; row++) {
    for (let column = 0; column < to; column++, at += pixelStep) {
      const slope = gradient[at];
      const old = row * from + starts[column];
      for (let t = 0; t < taps; t++) lines[old + t] += weights[column * taps + t] * slope;
    }
  }
}

/** Images of one channel whose heights are new and whose widths are old: nothing is kept there. */
let place = new Float64Array(0);

function between(size: number): Float64Array {
  if (place.length < size) place = new Float64Array(size);
  return place;
}
