// A PNG image as bytes, channels first.

import { decode } from "fast-png";
import type { InputError } from "../../errors.ts";
import { undecoded } from "../../undecoded.ts";
import { invalidFile } from "./elements.ts";
import { pixelParts } from "./pngParts.ts";

/** Pixels of an image, row by row for each channel: one of grey, or three of red, green and blue. */
export interface Pixels {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;
}

/** Pixels that an image may have: a small file can promise a large one. */
export const MOST_PIXELS = 2 ** 26;

/** What a PNG file begins with. */
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Reads a PNG file of 8 bits for each channel or less. Colours of a palette are written out; an image without colours
 * is grey.
 *
 * @throws InputError for what is no PNG, has 16 bits, is transparent somewhere, has no pixels or more than 2^26, or
 * unpacks to more than its header says
 */
export function readPng(bytes: Uint8Array, name: string): Pixels {
  if (bytes.length < 33 || SIGNATURE.some((byte, i) => bytes[i] !== byte))
    throw fault(name, "a PNG file", "something else");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pixels = view.getUint32(16) * view.getUint32(20);
  if (pixels === 0 || pixels > MOST_PIXELS) {
    throw fault(name, `1 to ${MOST_PIXELS} pixels`, `${view.getUint32(16)} x ${view.getUint32(20)}`);
  }
  const unsound = (got: string) => fault(name, "a sound PNG file", got);
  let image: ReturnType<typeof decode>;
  try {
    image = decode(pixelParts(bytes, unsound), { checkCrc: true });
  } catch (error) {
    throw undecoded(error, unsound);
  }
  const { width, height, channels, depth, palette, transparency } = image;
  if (depth === 16) throw fault(name, "8 bits for each channel", "16");
  if (transparency) throw fault(name, "an image without transparent colours", "one with such");
  const samples = depth === 8 ? (image.data as Uint8Array) : unpacked(image.data as Uint8Array, width, height, depth);
  const indexed = palette !== undefined;
  if (indexed && samples.some((place) => place >= palette.length))
    throw fault(name, `pixels of the ${palette.length} colours of its palette`, "another");
  const scale = indexed || depth === 8 ? 1 : 255 / (2 ** depth - 1);
  const sample = (pixel: number, channel: number) =>
    indexed ? palette[samples[pixel]][channel] : scale * samples[pixel * channels + channel];
  const count = width * height;
  const alpha = indexed ? palette.some((colour) => colour.length > 3 && colour[3] < 255) : channels % 2 === 0;
  if (indexed ? alpha : alpha && anyBelow(samples, channels))
    throw fault(name, "an image that is opaque", "a transparent one");
  const colours = indexed || channels > 2 ? 3 : 1;
  const data = new Uint8Array(colours * count);
  for (let c = 0; c < colours; c++) for (let i = 0; i < count; i++) data[c * count + i] = sample(i, c);
  return { channels: colours, height, width, data };
}

/** Samples of less than a byte, several of which are packed into one, each row from a byte of its own. */
function unpacked(data: Uint8Array, width: number, height: number, depth: number): Uint8Array {
  if (data.length === width * height) return data;
  const rowBytes = Math.ceil((width * depth) / 8);
  const samples = new Uint8Array(width * height);
  for (let i = 0; i < samples.length; i++) {
    const bit = (i % width) * depth;
    const byte = data[Math.floor(i / width) * rowBytes + (bit >> 3)];
    samples[i] = (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
  }
  return samples;
}

function anyBelow(samples: Uint8Array, channels: number): boolean {
  for (let at = channels - 1; at < samples.length; at += channels) if (samples[at] < 255) return true;
  return false;
}

function fault(name: string, expected: string, got: string): InputError {
  return invalidFile(name, expected, got, "save it again as PNG in 8 bits without transparency");
}
