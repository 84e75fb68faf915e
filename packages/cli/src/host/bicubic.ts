// Images made smaller by bicubic interpolation, with the filter as wide as the step (Keys 1981, a = -1/2).

interface Taps {
  readonly from: number;
  readonly weights: Float64Array;
}

/**
 * A channel of an image in another size: columns first, then rows, each rounded to a byte, as Pillow's BICUBIC does.
 *
 * @param source - height x width bytes, row by row
 */
export function resizeBicubic(
  source: Uint8Array,
  [height, width]: readonly [number, number],
  [toHeight, toWidth]: readonly [number, number],
): Uint8Array {
  const narrow = new Uint8Array(height * toWidth);
  taps(width, toWidth).forEach(({ from, weights }, column) => {
    for (let row = 0; row < height; row++) {
      narrow[row * toWidth + column] = weigh(source, row * width + from, 1, weights);
    }
  });
  const small = new Uint8Array(toHeight * toWidth);
  taps(height, toHeight).forEach(({ from, weights }, row) => {
    for (let column = 0; column < toWidth; column++) {
      small[row * toWidth + column] = weigh(narrow, from * toWidth + column, toWidth, weights);
    }
  });
  return small;
}

/** What each place of the new axis takes from the old one: weights that sum to 1. */
function taps(size: number, toSize: number): readonly Taps[] {
  const scale = size / toSize;
  const stretch = Math.max(scale, 1);
  return Array.from({ length: toSize }, (_, place) => {
    const centre = (place + 0.5) * scale;
    const from = Math.max(0, Math.trunc(centre - 2 * stretch + 0.5));
    const to = Math.min(size, Math.trunc(centre + 2 * stretch + 0.5));
    const weights = Float64Array.from({ length: to - from }, (_, i) => kernel((from + i + 0.5 - centre) / stretch));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { from, weights: weights.map((weight) => weight / sum) };
  });
}

/** Keys' cubic convolution kernel, zero outside of (-2, 2). */
function kernel(x: number): number {
  const distance = Math.abs(x);
  if (distance < 1) return (1.5 * distance - 2.5) * distance * distance + 1;
  if (distance < 2) return ((-0.5 * distance + 2.5) * distance - 4) * distance + 2;
  return 0;
}

function weigh(bytes: Uint8Array, from: number, step: number, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i] * bytes[from + i * step];
  return Math.min(255, Math.max(0, Math.round(sum)));
}
