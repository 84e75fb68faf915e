// Where the pixels of an image lie in a row of features.

import { InputError } from "../../../errors.ts";

/** Height and width in pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** Pixel p (row by row) of channel c is feature c channelStep + p pixelStep. */
export interface ImageLayout extends Size {
  readonly channels: number;
  readonly channelStep: number;
  readonly pixelStep: number;
}

/** Numbers of channels that an image has: grey, grey with transparency, colour, colour with transparency. */
const usual = [1, 2, 3, 4];

/**
 * The layout of images of shape [height, width], [channels, height, width] or [height, width, channels]; undefined for
 * other shapes.
 *
 * Of three axes the first holds the channels, unless only the last is of a length (1 to 4) that channels have.
 */
export function imageLayout(shape: readonly number[]): ImageLayout | undefined {
  if (shape.length === 2) return planar(1, shape[0], shape[1]);
  if (shape.length !== 3) return undefined;
  const isLast = usual.includes(shape[2]) && !usual.includes(shape[0]);
  if (!isLast) return planar(shape[0], shape[1], shape[2]);
  const [height, width, channels] = shape;
  return { height, width, channels, channelStep: 1, pixelStep: channels };
}

function planar(channels: number, height: number, width: number): ImageLayout {
  return { height, width, channels, channelStep: height * width, pixelStep: 1 };
}

/** The layout of images for a booster that needs one. @throws InputError for rows of another shape. */
export function layoutFor(name: string, shape: readonly number[]): ImageLayout {
  const layout = imageLayout(shape);
  if (layout) return layout;
  throw new InputError("unsupported", `features for booster ${name}`, {
    expected: "images: rows of shape [height, width], [channels, height, width] or [height, width, channels]",
    got: `rows of shape [${shape.join(", ")}], of which is not known what lies beside what`,
    remedy: "give the data, or the model's input, in the shape of images, or choose another booster",
  });
}
