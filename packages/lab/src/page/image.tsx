// A row that is an image, or what was done to one, as a picture.

import { useLayoutEffect, useRef } from "preact/hooks";
import { PIXELS } from "../pixels.ts";
import { greyPicture, type Picture } from "./picture.ts";

const digit = greyPicture(PIXELS, PIXELS);

interface ImageProps {
  /** Values, 0 to 1; of a change -1 to 1. */
  readonly pixels: Float32Array;
  /** What it shows; absent where what is around it says so. */
  readonly label?: string;
  /** Whether it is a change: what was made lighter and what darker have two colours. */
  readonly isChange?: boolean;
  /** A digit where absent. */
  readonly picture?: Picture;
}

export function Image({ pixels, label, isChange = false, picture = digit }: ImageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  // Drawn with the words beside it, in the same frame.
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const { width, height, channels, place } = picture;
    const image = context.createImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      const colours = Array.from({ length: channels }, (_, c) => pixels[place(i, c)]);
      image.data.set(isChange ? changeColour(largest(colours)) : colourOf(colours), 4 * i);
    }
    context.putImageData(image, 0, 0);
  }, [pixels, isChange, picture]);
  const named = label === undefined ? { "aria-hidden": true } : ({ role: "img", "aria-label": label } as const);
  return <canvas ref={canvas} width={picture.width} height={picture.height} {...named} />;
}

function colourOf([red, green = red, blue = red]: readonly number[]): number[] {
  return [255 * red, 255 * green, 255 * blue, 255];
}

/** The change of a pixel: that of the colour that changed most. */
const largest = (changes: readonly number[]) => changes.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));

/** Orange for lighter, blue for darker, nothing for unchanged. */
function changeColour(value: number): number[] {
  const strength = Math.min(1, Math.abs(value));
  return value > 0 ? [221, 107, 64, 255 * strength] : [47, 111, 167, 255 * strength];
}
