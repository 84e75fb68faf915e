// Linear maps of images that treat all channels alike: each new pixel is a weighted sum of a few old ones.

import type { Vector } from "../../../linalg.ts";
import type { ImageLayout, Size } from "./imageLayout.ts";

/** A linear map of images of one size to images of another. */
export interface ImageMap {
  readonly from: Size;
  readonly to: Size;
  /** The new image. */
  apply(image: Vector, layouts: Layouts): Float64Array;
  /** The transpose: the gradient by the old image, given that by the new one. */
  pullBack(gradient: Vector, layouts: Layouts): Float64Array;
}

/** The layouts before and behind a map: sizes differ, and with them how far apart channels lie. */
interface Layouts {
  readonly before: ImageLayout;
  readonly behind: ImageLayout;
}

/** Pixel p of the new image is the sum over its `taps` of weights[p taps + t] times old pixel sources[p taps + t]. */
export interface PixelMap extends ImageMap {
  readonly taps: number;
  readonly sources: Int32Array;
  readonly weights: Float64Array;
}

/** Adds an old pixel to the new one that is looked at. */
export type See = (row: number, column: number, weight: number) => void;

/** The map whose new pixels see what `look` shows them, at most `taps` old pixels each. */
export function pixelMap(
  from: Size,
  to: Size,
  taps: number,
  look: (row: number, column: number, see: See) => void,
): PixelMap {
  const pixels = to.height * to.width;
  const sources = new Int32Array(pixels * taps);
  const weights = new Float64Array(pixels * taps);
  let at = 0;
  const see: See = (row, column, weight) => {
    sources[at] = row * from.width + column;
    weights[at++] = weight;
  };
  for (let row = 0; row < to.height; row++) {
    for (let column = 0; column < to.width; column++) {
      at = (row * to.width + column) * taps;
      look(row, column, see);
    }
  }
  const taken = { taps, sources, weights };
  return {
    ...{ from, to },
    ...taken,
    apply: (image, layouts) => applied(taken, layouts, image),
    pullBack: (gradient, layouts) => pulledBack(taken, layouts, gradient),
  };
}

/**
 * Shows the four old pixels around a place inside a rectangle of the old image, whose own first pixel is (0, 0).
 *
 * @param outside what lies beyond the rectangle: its own border, or zeros
 */
export function seeAround(
  y: number,
  x: number,
  { top, left, height, width }: Rectangle,
  outside: "border" | "zeros",
  see: See,
): void {
  // Each pixel of each image comes here, so nothing is made.
  const row = Math.floor(y);
  const column = Math.floor(x);
  for (let k = 0; k < 4; k++) {
    const [i, j] = [row + (k >> 1), column + (k & 1)];
    const isInside = i >= 0 && i < height && j >= 0 && j < width;
    if (outside === "zeros" && !isInside) continue;
    const down = k < 2 ? 1 - (y - row) : y - row;
    const along = (k & 1) === 0 ? 1 - (x - column) : x - column;
    see(top + Math.min(Math.max(i, 0), height - 1), left + Math.min(Math.max(j, 0), width - 1), down * along);
  }
}

/** Part of an image. */
export interface Rectangle extends Size {
  readonly top: number;
  readonly left: number;
}

/** Something done to an image before a model sees it, and the way back of gradients. */
export interface Transformation {
  /** The transformed image. */
  apply(image: Float64Array): Float64Array;
  /** The gradient by the image, given that by the transformed one: the transpose of the derivative. */
  pullBack(gradient: Vector): Float64Array;
}

/** Maps one after the other, on images of a layout; what comes last has their size again. */
export function byMaps(layout: ImageLayout, ...maps: readonly ImageMap[]): Transformation {
  const placed = maps.map((map) => ({ map, layouts: resized(layout, map) }));
  return {
    apply: (image) => placed.reduce<Float64Array>((before, { map, layouts }) => map.apply(before, layouts), image),
    pullBack: (gradient) =>
      placed.reduceRight<Vector>((after, { map, layouts }) => map.pullBack(after, layouts), gradient) as Float64Array,
  };
}

function resized(layout: ImageLayout, { from, to }: ImageMap): Layouts {
  const ofSize = ({ height, width }: Size): ImageLayout => ({
    ...layout,
    height,
    width,
    channelStep: layout.pixelStep === 1 ? height * width : layout.channelStep,
  });
  return { before: ofSize(from), behind: ofSize(to) };
}

type Taken = Pick<PixelMap, "taps" | "sources" | "weights">;

function applied({ taps, sources, weights }: Taken, { before, behind }: Layouts, image: Vector): Float64Array {
  const pixels = behind.height * behind.width;
  const result = new Float64Array(behind.channels * pixels);
  for (let c = 0; c < behind.channels; c++) {
    const [from, to] = [c * before.channelStep, c * behind.channelStep];
    for (let p = 0, at = 0; p < pixels; p++) {
      let sum = 0;
      for (let t = 0; t < taps; t++, at++) sum += weights[at] * image[from + sources[at] * before.pixelStep];
      result[to + p * behind.pixelStep] = sum;
    }
  }
  return result;
}

function pulledBack({ taps, sources, weights }: Taken, { before, behind }: Layouts, gradient: Vector): Float64Array {
  const result = new Float64Array(before.channels * before.height * before.width);
  const pixels = behind.height * behind.width;
  for (let c = 0; c < behind.channels; c++) {
    const [from, to] = [c * before.channelStep, c * behind.channelStep];
    for (let p = 0, at = 0; p < pixels; p++) {
      const slope = gradient[to + p * behind.pixelStep];
      for (let t = 0; t < taps; t++, at++) result[from + sources[at] * before.pixelStep] += weights[at] * slope;
    }
  }
  return result;
}
