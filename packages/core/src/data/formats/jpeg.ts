// A JPEG image as bytes, channels first, decoded by what the host hands in.

import { undecoded } from "../../undecoded.ts";
import { invalidFile } from "./elements.ts";
import { MOST_PIXELS, type Pixels } from "./png.ts";

/** The part of jpeg-js that is used: red, green and blue of each pixel, row by row. */
export type JpegDecode = (
  bytes: Uint8Array,
  options: { readonly useTArray: true; readonly formatAsRGBA: false; readonly maxResolutionInMP: number },
) => { readonly width: number; readonly height: number; readonly data: Uint8Array };

/**
 * Reads a JPEG file; an image whose colours are equal everywhere is grey.
 *
 * @throws InputError for what is no sound JPEG, or has more than 2^26 pixels
 */
export function readJpeg(bytes: Uint8Array, name: string, decode: JpegDecode): Pixels {
  const { width, height, data: rgb } = decoded(bytes, name, decode);
  const count = width * height;
  let isGrey = true;
  for (let i = 0; i < count && isGrey; i++) isGrey = rgb[3 * i] === rgb[3 * i + 1] && rgb[3 * i] === rgb[3 * i + 2];
  const channels = isGrey ? 1 : 3;
  const data = new Uint8Array(channels * count);
  for (let c = 0; c < channels; c++) for (let i = 0; i < count; i++) data[c * count + i] = rgb[3 * i + c];
  return { channels, height, width, data };
}

/** What jpeg-js says of an image that would take more than was allowed. */
const LIMIT = /limit exceeded by [\d.]/;

function decoded(bytes: Uint8Array, name: string, decode: JpegDecode) {
  try {
    return decode(bytes, { useTArray: true, formatAsRGBA: false, maxResolutionInMP: MOST_PIXELS / 1e6 });
  } catch (error) {
    const fault = (expected: string, got: string) =>
      invalidFile(name, expected, got, "save it again as JPEG, or give arrays as .npz");
    if (LIMIT.test((error as Error).message)) throw fault(`at most ${MOST_PIXELS} pixels, unpacked in 512 MB`, "more");
    throw undecoded(error, (got) => fault("a sound JPEG file", got));
  }
}
