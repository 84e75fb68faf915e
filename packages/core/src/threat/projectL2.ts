// The exact projection on the intersection of an L2 ball and a box.

/**
 * Replaces `point` by the nearest point z with ||z - center||_2 <= epsilon and lower <= z <= upper.
 *
 * The conditions of optimality give z = center + clip(s u, lower - center, upper - center) with u = point - center
 * and one s in (0, 1] for all coordinates: s = 1 where that lies in the ball, else the s at which the norm is epsilon.
 * That norm is piecewise the root of a quadratic in s. Starting from s = epsilon / ||u|| and solving with the
 * coordinates that are clipped now, s rises until that set no longer grows: a few passes, no sorting.
 */
export function projectL2(
  point: Float64Array,
  center: Float64Array,
  epsilon: number,
  lower: Float64Array,
  upper: Float64Array,
): void {
  const d = point.length;
  let length = 0;
  let clippedLength = 0;
  for (let i = 0; i < d; i++) {
    const u = point[i] - center[i];
    const z = Math.min(Math.max(point[i], lower[i]), upper[i]) - center[i];
    length += u * u;
    clippedLength += z * z;
  }
  const radius = epsilon * epsilon;
  let s = 1;
  if (clippedLength > radius) {
    s = epsilon / Math.sqrt(length);
    for (let pass = 0; pass <= d; pass++) {
      let free = 0;
      let fixed = 0;
      for (let i = 0; i < d; i++) {
        const u = point[i] - center[i];
        const z = s * u;
        const low = lower[i] - center[i];
        const high = upper[i] - center[i];
        if (z < low) fixed += low * low;
        else if (z > high) fixed += high * high;
        else free += u * u;
      }
      const next = free > 0 ? Math.sqrt(Math.max(0, radius - fixed) / free) : s;
      if (next <= s * (1 + 1e-15)) break;
      s = next;
    }
  }
  for (let i = 0; i < d; i++) {
    const z = center[i] + s * (point[i] - center[i]);
    point[i] = Math.min(Math.max(z, lower[i]), upper[i]);
  }
}
