// Minimises smooth convex functions by what the last gradients say of their curvature: steps that cost one evaluation.

import { addScaled, dot, norm } from "../../linalg.ts";
import { once } from "./linearObjective.ts";
import { backtrack, type Evaluation, isSmall, type Preconditioner } from "./newton.ts";

/**
 * Steps whose change of the gradient is kept: on images thirty take half the steps that ten do, and little time. Of
 * many columns fewer, at least five, as all that are kept are to have at most so many numbers.
 */
const [KEPT, KEPT_LEAST, KEPT_NUMBERS] = [30, 5, 2 ** 20];
/** Steps after which it is first asked how fast the gradient falls, and those that are looked at. */
const [FIRST_LOOK, LOOKED_AT] = [30, 20];
/**
 * What Newton's method takes on the whole, in products of the Hessian with a vector: those of its steps, and some three
 * factors, which take twice what they cost in numbers that are multiplied; or where there are none.
 */
const [PRODUCTS, FACTORS, WITHOUT_FACTOR] = [40, 6, 150];
const MAX_STEPS = 1000;
/** Where the gradient cannot tell, the last step, against the point, is to be this short: as much may be left. */
const STILL = 1e-6;

/** A step s, the change of the gradient y along it, 1 / (s . y), and what best scales the preconditioner along it. */
interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly rho: number;
  readonly scale: number;
}

/**
 * L-BFGS, as long as it promises to end before Newton's method would: where the gradient falls too slowly, the point
 * that it came to is where that is to begin.
 *
 * Source: Nocedal and Wright, Numerical Optimization (2006), algorithms 7.4 and 7.5; the first step is that of a
 * parabola along the gradient, as it is preconditioned.
 *
 * @param tolerance the gradient's norm at which a point is an optimum
 * @param precondition a positive definite matrix near a multiple of the Hessian's inverse, times a vector
 */
export function startLbfgs(
  evaluate: (x: Float64Array) => Evaluation,
  start: Float64Array,
  tolerance: number,
  precondition: Preconditioner = (v) => v.slice(),
): Float64Array {
  let x = start;
  let at = evaluate(x);
  const beginning = at;
  const newton = once(() => (beginning.factor ? FACTORS * beginning.factorCost + PRODUCTS : WITHOUT_FACTOR));
  const norms = [norm(at.gradient)];
  const pairs: Pair[] = [];
  const kept = Math.min(KEPT, Math.max(KEPT_LEAST, Math.floor(KEPT_NUMBERS / (2 * start.length))));
  let moved = 0;
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const gradientNorm = norms[steps];
    if (!Number.isFinite(gradientNorm) || isSmall({ x, gradientNorm, moved }, tolerance, STILL)) return x;
    if (steps >= FIRST_LOOK && gradientNorm > tolerance) {
      const fall = Math.log(norms[steps - LOOKED_AT] / gradientNorm) / LOOKED_AT;
      if (!(fall * newton() > Math.log(gradientNorm / tolerance))) return x;
    }
    const direction = downhill(pairs, at, precondition);
    const found = backtrack({ value: at.value, gradientNorm }, dot(at.gradient, direction), (scale) => {
      const next = x.slice();
      addScaled(next, scale, direction);
      const evaluation = evaluate(next);
      return { x: next, at: evaluation, value: evaluation.value, gradientNorm: norm(evaluation.gradient) };
    });
    if (!found) return x;
    const s = difference(found.x, x);
    const y = difference(found.at.gradient, at.gradient);
    const bend = dot(s, y);
    if (bend > 0) pairs.push({ s, y, rho: 1 / bend, scale: bend / dot(y, precondition(y)) });
    if (pairs.length > kept) pairs.shift();
    moved = norm(s) / norm(found.x);
    ({ x, at } = found);
    norms.push(found.gradientNorm);
  }
  return x;
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  const result = a.slice();
  addScaled(result, -1, b);
  return result;
}

/** -H^-1 gradient, as the pairs have H, and the preconditioner where they say nothing. */
function downhill(
  pairs: readonly Pair[],
  { gradient, hessianVector }: Evaluation,
  precondition: Preconditioner,
): Float64Array {
  const slope = difference(new Float64Array(gradient.length), gradient);
  if (pairs.length === 0) {
    const direction = precondition(slope);
    const length = dot(slope, direction) / dot(direction, hessianVector(direction));
    return direction.map((value) => length * value);
  }
  const shares = new Float64Array(pairs.length);
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { s, y, rho } = pairs[i];
    shares[i] = rho * dot(s, slope);
    addScaled(slope, -shares[i], y);
  }
  const direction = precondition(slope);
  const { scale } = pairs[pairs.length - 1];
  for (let j = 0; j < direction.length; j++) direction[j] *= scale;
  for (const [i, { s, y, rho }] of pairs.entries()) addScaled(direction, shares[i] - rho * dot(y, direction), s);
  return direction;
}
