// A digit, or what was done to one, as a picture.

import { useEffect, useRef } from "preact/hooks";
import { PIXELS } from "../pixels.ts";

interface ImageProps {
  /** Grey values, 0 to 1; of a change -1 to 1. */
  readonly pixels: Float32Array;
  /** What it shows; absent where what is around it says so. */
  readonly label?: string;
  /** Whether it is a change: what was made lighter and what darker have two colours. */
  readonly isChange?: boolean;
}

export function Image({ pixels, label, isChange = false }: ImageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(PIXELS, PIXELS);
    for (const [i, value] of pixels.entries()) image.data.set(isChange ? changeColour(value) : grey(value), 4 * i);
    context.putImageData(image, 0, 0);
  }, [pixels, isChange]);
  const named = label === undefined ? { "aria-hidden": true } : ({ role: "img", "aria-label": label } as const);
  return <canvas ref={canvas} width={PIXELS} height={PIXELS} {...named} />;
}

const grey = (value: number) => [255 * value, 255 * value, 255 * value, 255];

/** Orange for lighter, blue for darker, nothing for unchanged. */
function changeColour(value: number): number[] {
  const strength = Math.min(1, Math.abs(value));
  return value > 0 ? [221, 107, 64, 255 * strength] : [47, 111, 167, 255 * strength];
}
