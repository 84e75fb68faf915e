// Linear maps of images that treat all channels alike: each new pixel is a weighted sum of a few old ones.

import type { Vector } from "../../../linalg.ts";
import type { ImageLayout, Size } from "./imageLayout.ts";

/** A linear map of images of one size to images of another. */
export interface ImageMap {
  readonly from: Size;
  readonly to: Size;
  /** Writes the new image to the first places of `into`. */
  apply(image: Vector, layouts: Layouts, into: Float64Array): void;
  /** The transpose: writes the gradient by the old image, given that by the new one. */
  pullBack(gradient: Vector, layouts: Layouts, into: Float64Array): void;
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

/** Where a map lies that no longer counts; the next one may lie there. */
export interface MapMemory {
  sources?: Int32Array;
  weights?: Float64Array;
}

/** The map whose new pixels see what `look` shows them, at most `taps` old pixels each. */
export function pixelMap(
  from: Size,
  to: Size,
  taps: number,
  look: (row: number, column: number, see: See) => void,
  memory: MapMemory = {},
): PixelMap {
  const pixels = to.height * to.width;
  if (memory.sources?.length !== pixels * taps) memory.sources = new Int32Array(pixels * taps);
  if (memory.weights?.length !== pixels * taps) memory.weights = new Float64Array(pixels * taps);
  const { sources, weights } = memory;
  let at = 0;
  const see: See = (row, column, weight) => {
    sources[at] = row * from.width + column;
    weights[at++] = weight;
  };
  for (let row = 0; row < to.height; row++) {
    for (let column = 0; column < to.width; column++) {
      at = (row * to.width + column) * taps;
      look(row, column, see);
      const end = (row * to.width + column + 1) * taps;
      while (at < end) weights[at++] = 0;
    }
  }
  const taken = { taps, sources, weights };
  return {
    ...{ from, to },
    ...taken,
    apply: (image, layouts, into) => applied(taken, layouts, image, into),
    pullBack: (gradient, layouts, into) => pulledBack(taken, layouts, gradient, into),
  };
}

/**
 * Shows the old pixels around a place that lie inside a rectangle of the old image, whose own first pixel is (0, 0).
 */
export function seeAround(y: number, x: number, { top, left, height, width }: Rectangle, see: See): void {
  // Each pixel of each image comes here, so nothing is made.
  const row = Math.floor(y);
  const column = Math.floor(x);
  for (let k = 0; k < 4; k++) {
    const [i, j] = [row + (k >> 1), column + (k & 1)];
    if (i < 0 || i >= height || j < 0 || j >= width) continue;
    const down = k < 2 ? 1 - (y - row) : y - row;
    const along = (k & 1) === 0 ? 1 - (x - column) : x - column;
    see(top + i, left + j, down * along);
  }
}

/** Part of an image. */
export interface Rectangle extends Size {
  readonly top: number;
  readonly left: number;
}

/**
 * Something done to an image before a model sees it, and the way back of gradients. Results are written into memory
 * that is given: taking new memory for each image, outside the heap of JavaScript, would take longer than filling it.
 */
export interface Transformation {
  /** Writes the transformed image. */
  apply(image: Vector, into: Float64Array): void;
  /** Writes the gradient by the image, given that by the transformed one: the transpose of the derivative. */
  pullBack(gradient: Vector, into: Float64Array): void;
}

/** Maps one after the other, on images of a layout; what comes last has their size again. */
export function byMaps(layout: ImageLayout, ...maps: readonly ImageMap[]): Transformation {
  const steps = maps.map((map) => ({ map, layouts: resized(layout, map) }));
  return {
    apply(image, into) {
      let at = image;
      steps.forEach(({ map, layouts }, k) => {
        const next = k === steps.length - 1 ? into : between(k, sizeOf(layouts.behind));
        map.apply(at, layouts, next);
        at = next;
      });
    },
    pullBack(gradient, into) {
      let at = gradient;
      for (let k = steps.length - 1; k >= 0; k--) {
        const { map, layouts } = steps[k];
        const next = k === 0 ? into : between(k, sizeOf(layouts.before));
        map.pullBack(at, layouts, next);
        at = next;
      }
    },
  };
}

const sizeOf = ({ channels, height, width }: ImageLayout) => channels * height * width;

/** Images between one map and the next: two places by turns, as nothing is kept there. */
const places = [new Float64Array(0), new Float64Array(0)];

function between(k: number, size: number): Float64Array {
  if (places[k % 2].length < size) places[k % 2] = new Float64Array(size);
  return places[k % 2];
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

function applied(
  { taps, sources, weights }: Taken,
  { before, behind }: Layouts,
  image: Vector,
  into: Float64Array,
): void {
  const pixels = behind.height * behind.width;
  for (let c = 0; c < behind.channels; c++) {
    const [from, to] = [c * before.channelStep, c * behind.channelStep];
    for (let p = 0, at = 0; p < pixels; p++) {
      let sum = 0;
      for (let t = 0; t < taps; t++, at++) sum += weights[at] * image[from + sources[at] * before.pixelStep];
      into[to + p * behind.pixelStep] = sum;
    }
  }
}

function pulledBack(
  { taps, sources, weights }: Taken,
  { before, behind }: Layouts,
  gradient: Vector,
  into: Float64Array,
): void {
  into.fill(0, 0, sizeOf(before));
  const pixels = behind.height * behind.width;
  for (let c = 0; c < behind.channels; c++) {
    const [from, to] = [c * before.channelStep, c * behind.channelStep];
    for (let p = 0, at = 0; p < pixels; p++) {
      const slope = gradient[to + p * behind.pixelStep];
      for (let t = 0; t < taps; t++, at++) into[from + sources[at] * before.pixelStep] += weights[at] * slope;
    }
  }
}
