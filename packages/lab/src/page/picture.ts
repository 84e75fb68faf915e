// Rows that are images, as pixels.

/** An image: its size, and where the number of a colour of a pixel stands in a row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** 1 of grey, 3 of colour. */
  readonly channels: number;
  place(pixel: number, channel: number): number;
}

/** A grey image of so many rows and columns. */
export const greyPicture = (height: number, width: number): Picture => ({
  width,
  height,
  channels: 1,
  place: (pixel) => pixel,
});

/** The least side of a square that flat rows are taken for. */
const SIDE = 8;

/**
 * The image that rows of a shape are: [H, W], [C, H, W] or [H, W, C] with 1 or 3 colours, or a square number of
 * features; undefined where they are none.
 */
export function pictureOf(shape: readonly number[]): Picture | undefined {
  const side = Math.sqrt(shape[0]);
  if (shape.length === 1) return Number.isInteger(side) && side >= SIDE ? greyPicture(side, side) : undefined;
  const sizes = shape.length === 2 ? [1, ...shape] : shape;
  if (sizes.length !== 3) return undefined;
  const isFirst = sizes[0] === 1 || sizes[0] === 3;
  const channels = isFirst ? sizes[0] : sizes[2];
  const [height, width] = isFirst ? sizes.slice(1) : sizes;
  if ((channels !== 1 && channels !== 3) || height < 2 || width < 2) return undefined;
  const place = (pixel: number, channel: number) =>
    isFirst ? channel * height * width + pixel : pixel * channels + channel;
  return { width, height, channels, place };
}
