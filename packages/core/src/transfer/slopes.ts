// Alignment with a model that gives scores only, estimated from finite differences of its loss.

import { assert } from "../errors.ts";
import { addScaled, dot, norm, type Vector } from "../linalg.ts";
import type { Stream } from "../random.ts";

/** Below this part of its length that is new, a gradient adds no direction of its own. */
const DEPENDENT = 1e-6;

/** Directions to take differences along at one point. */
export interface Probes {
  /** Orthonormal: first those that the surrogates' gradients span, then random ones. */
  readonly directions: readonly Float64Array[];
  /** How many of them the gradients span. */
  readonly spanned: number;
  /** How many features there are. */
  readonly features: number;
  /**
   * Each gradient of unit length, in the directions that it spans; undefined for a gradient of zero or one that is not
   * finite.
   */
  readonly units: readonly (Float64Array | undefined)[];
}

/**
 * Directions along which differences tell how a loss slopes along each of the surrogates' gradients, and how steeply
 * it slopes at all.
 *
 * @param gradients the surrogates' loss gradients at one point, D numbers each
 * @param random how many directions orthogonal to all gradients are added; fewer where D leaves no room
 */
export function probesAt(gradients: readonly Vector[], random: number, stream: Stream): Probes {
  assert(gradients.length > 0, "slopes along no direction");
  const features = gradients[0].length;
  const directions: Float64Array[] = [];
  for (const gradient of gradients) {
    const length = norm(gradient);
    if (length > 0 && Number.isFinite(length))
      addOrthogonal(
        directions,
        Float64Array.from(gradient, (value) => value / length),
      );
  }
  const spanned = directions.length;
  const units = gradients.map((gradient) => {
    const length = norm(gradient);
    if (!(length > 0 && Number.isFinite(length))) return undefined;
    return Float64Array.from(directions.slice(0, spanned), (direction) => dot(gradient, direction) / length);
  });
  const wanted = Math.min(features, spanned + random);
  while (directions.length < wanted) {
    addOrthogonal(
      directions,
      Float64Array.from({ length: features }, () => stream.normal()),
    );
  }
  return { directions, spanned, features, units };
}

/** Adds what of a vector is orthogonal to all directions, if there is any; twice, for what rounding left (Kahan). */
function addOrthogonal(directions: Float64Array[], vector: Float64Array): void {
  const before = norm(vector);
  for (let pass = 0; pass < 2; pass++) {
    for (const direction of directions) addScaled(vector, -dot(vector, direction), direction);
  }
  const length = norm(vector);
  if (length <= DEPENDENT * before) return;
  directions.push(vector.map((value) => value / length));
}

/** What differences tell of one point. */
export interface Slopes {
  /**
   * Of each surrogate: the rise of the loss per unit length along its gradient, S R in L2; NaN for a gradient of zero.
   */
  readonly slopes: Float64Array;
  /** Of each surrogate: the estimate of R, within -1 and 1; NaN where the loss is flat. */
  readonly alignments: Float64Array;
}

/**
 * Slopes along gradients, and estimates of their cosine with the unknown gradient g.
 *
 * The slope along a unit gradient d is that combination of the differences that d is of the directions. The length of
 * g is estimated by |g|^2 = |P g|^2 + (D - r) / k times the sum of squared differences along the k random directions,
 * where P projects on the r directions spanned: without bias in the square, hence R comes out too large by about
 * 3 / (4 k) of itself where most of g lies outside the span. With k = D - r the length is exact.
 *
 * @param differences the slope of the loss along each of the directions
 */
export function slopesAlong({ spanned, features, units }: Probes, differences: Float64Array): Slopes {
  let squares = 0;
  for (let i = 0; i < spanned; i++) squares += differences[i] ** 2;
  const random = differences.length - spanned;
  let outside = 0;
  for (let i = spanned; i < differences.length; i++) outside += differences[i] ** 2;
  if (random > 0) squares += ((features - spanned) / random) * outside;
  const length = Math.sqrt(squares);
  const slopes = Float64Array.from(units, (unit) => {
    return unit ? dot(unit, differences.subarray(0, spanned)) : Number.NaN;
  });
  // The part along a gradient is in the estimated length, so the quotient cannot leave [-1, 1] but for rounding.
  const alignments = slopes.map((slope) => (length > 0 ? Math.max(-1, Math.min(1, slope / length)) : Number.NaN));
  return { slopes, alignments };
}
