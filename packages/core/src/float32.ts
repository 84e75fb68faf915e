// The numbers that float32 has: what a model sees of features, and what is saved for it.

const single = new Float32Array(1);
const bits = new Int32Array(single.buffer);

/** The float32 number next to one, on the side of `target`. */
export function nextFloat32(value: number, target: number): number {
  if (value === 0) return Math.sign(target) * 2 ** -149;
  single[0] = value;
  bits[0] += target > value === value > 0 ? 1 : -1;
  return single[0];
}

/** The distance from a number, rounded to float32, to the next larger size. */
export function spacingOf(value: number): number {
  const size = Math.abs(Math.fround(value));
  return nextFloat32(size, Number.POSITIVE_INFINITY) - size;
}

/**
 * The float32 number nearest to a value that is no farther from `origin` and on the same side of it; the nearest to the
 * origin where there is none between them.
 */
export function roundedTowards(value: number, origin: number): number {
  const nearest = Math.fround(value);
  const inner = (nearest - value) * (value - origin) > 0 ? nextFloat32(nearest, origin) : nearest;
  return (inner - origin) * (value - origin) >= 0 ? inner : Math.fround(origin);
}
