// Points that are images, as PNG data URIs.

import { encode } from "fast-png";

type Shape = readonly [height: number, width: number];

/** A grey image as a PNG data URI; `box` is the range from black to white, values beyond it are clipped. */
export function greyImage(values: ArrayLike<number>, [height, width]: Shape, box: readonly [number, number]): string {
  const scale = 255 / (box[1] - box[0]);
  const data = Uint8Array.from(values, (value) => Math.round(Math.min(255, Math.max(0, (value - box[0]) * scale))));
  return dataUri(encode({ width, height, data, channels: 1, depth: 8 }));
}

/**
 * A perturbation as a PNG data URI: white for no change, towards orange for more, towards blue for less, in
 * proportion to the largest change anywhere in it.
 */
export function perturbationImage(perturbation: ArrayLike<number>, [height, width]: Shape): string {
  const largest = largestChange(perturbation) || 1;
  const data = new Uint8Array(3 * height * width);
  for (let i = 0; i < height * width; i++) {
    const share = perturbation[i] / largest;
    const colour = share > 0 ? orange : blue;
    for (let c = 0; c < 3; c++) data[3 * i + c] = Math.round(255 + (colour[c] - 255) * Math.abs(share));
  }
  return dataUri(encode({ width, height, data, channels: 3, depth: 8 }));
}

/** The largest absolute value. */
export function largestChange(perturbation: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < perturbation.length; i++) largest = Math.max(largest, Math.abs(perturbation[i]));
  return largest;
}

// Told apart by colour-blind readers too (Okabe and Ito's vermilion and blue, darkened to equal weight).
const orange = [179, 67, 27];
const blue = [24, 84, 150];

function dataUri(png: Uint8Array): string {
  let bytes = "";
  for (const byte of png) bytes += String.fromCharCode(byte);
  return `data:image/png;base64,${btoa(bytes)}`;
}
