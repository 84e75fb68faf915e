// Minimises smooth convex functions by Newton steps whose linear systems are solved only as well as needed.

import { addScaled, dot, norm } from "../../linalg.ts";
import { type CholeskyFactor, choleskySolve } from "./cholesky.ts";

/** A smooth convex function at one point. */
export interface Evaluation {
  readonly value: number;
  readonly gradient: Float64Array;
  /** The Hessian times a vector. */
  hessianVector(v: Float64Array): Float64Array;
  /** The diagonal of the Hessian: a preconditioner that costs nothing. */
  diagonal(): Float64Array;
  /** Factors the Hessian, or a matrix near it, where it is small enough. */
  readonly factor: (() => Promise<CholeskyFactor>) | undefined;
  /** What it costs to compute that factor, in products of the Hessian with a vector. */
  readonly factorCost: number;
}

export interface NewtonResult {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradientNorm: number;
  /** The norm of the gradient at the start. */
  readonly initialNorm: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** The factor that preconditioned the last steps: good for a problem much like this one. */
  readonly factor: CholeskyFactor | undefined;
}

interface NewtonOptions {
  /** Stops where the gradient's norm is at most this. */
  readonly tolerance: number;
  readonly maxIterations: number;
  /** The norm of the gradient where an earlier search began that this one goes on with: what else counts as far. */
  readonly initialNorm?: number;
  /** A factor of a matrix near the Hessian. */
  readonly factor?: CholeskyFactor | undefined;
  /** What preconditions all steps, in place of the factor or the diagonal. */
  readonly preconditioner?: Preconditioner | undefined;
  /** Whether the Hessian is the same everywhere: then one step suffices, and is computed to the end. */
  readonly quadratic?: boolean;
}

/**
 * Truncated Newton: preconditioned conjugate gradients for the step (to a relative residual that shrinks with the
 * gradient, so that convergence is superlinear), then backtracking until the Armijo condition holds.
 *
 * The preconditioner is the given factor, else the Hessian's diagonal, until the products with the Hessian cost more
 * than to factor it anew; then that factor.
 *
 * Source: Nocedal and Wright, Numerical Optimization (2006), algorithms 7.1 and 3.1.
 */
export async function minimizeNewton(
  evaluate: (x: Float64Array) => Evaluation,
  start: Float64Array,
  options: NewtonOptions,
): Promise<NewtonResult> {
  const { tolerance, maxIterations, factor: known, preconditioner: given, quadratic = false } = options;
  let x = start;
  let at = evaluate(x);
  const initialNorm = options.initialNorm ?? norm(at.gradient);
  let iterations = 0;
  let gradientNorm = norm(at.gradient);
  let factor = known;
  let products = 0;
  /** The length of the last step against that of what it led to. */
  let moved = 0;
  const isDone = () => (quadratic ? gradientNorm <= tolerance : isSmall({ x, gradientNorm, moved }, tolerance));
  while (Number.isFinite(initialNorm) && !isDone() && iterations < maxIterations) {
    iterations++;
    // What is left to do near the end does not repay a factor.
    const far = gradientNorm > 100 * tolerance;
    if (at.factor && far && products > at.factorCost / 3) factor = await at.factor();
    const forcing = quadratic ? 0 : forcingOf(gradientNorm, initialNorm);
    const residual = gradientNorm > tolerance ? Math.max(forcing * gradientNorm, tolerance / 10) : gradientNorm / 10;
    const precondition = given ?? (factor ? solveBy(factor) : divideBy(at.diagonal()));
    const step = solveConjugateGradients(at, residual, precondition);
    products = step.products;
    const found = backtrack({ value: at.value, gradientNorm }, dot(at.gradient, step.x), (scale) => {
      const next = x.slice();
      addScaled(next, scale, step.x);
      const evaluation = evaluate(next);
      return { x: next, at: evaluation, value: evaluation.value, gradientNorm: norm(evaluation.gradient) };
    });
    if (!found) return { x, value: at.value, gradientNorm, initialNorm, iterations, converged: false, factor };
    moved = distance(found.x, x) / norm(found.x);
    ({ x, at, gradientNorm } = found);
  }
  const converged = Number.isFinite(initialNorm) && Number.isFinite(at.value) && isDone();
  return { x, value: at.value, gradientNorm, initialNorm, iterations, converged, factor };
}

/**
 * A gradient that is small against its start may be large against what regularisation asks for, where the loss weighs
 * a great deal: then the last step must have been small too, or the optimum is still far.
 */
const [STILL, STILL_MOVING] = [1e-3, 1e-3];

/**
 * Whether the gradient says that a point is an optimum; `moved` is the last step's length against the point's, which
 * is to be at most `still` where the gradient alone does not tell. What Newton's last step left is far less than it.
 */
export function isSmall(
  { x, gradientNorm, moved }: { readonly x: Float64Array; readonly gradientNorm: number; readonly moved: number },
  tolerance: number,
  still = STILL_MOVING,
): boolean {
  return gradientNorm <= tolerance && (gradientNorm <= STILL * norm(x) || moved <= still);
}

function distance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum);
}

/** How far the linear system of a step is solved, as a share of the gradient: so that convergence is superlinear. */
export function forcingOf(gradientNorm: number, initialNorm: number): number {
  return Math.min(0.3, Math.sqrt(gradientNorm / initialNorm));
}

/** What is compared of two points. */
interface Height {
  readonly value: number;
  readonly gradientNorm: number;
}

/** The first point on the way, whole, half and so on, that lies low enough (Armijo); undefined where none does. */
export function backtrack<P extends Height>(from: Height, slope: number, at: (scale: number) => P): P | undefined {
  for (let scale = 1; scale >= 1e-10; scale /= 2) {
    const next = at(scale);
    // Near the minimum, differences of values drown in rounding; there the gradient decides.
    const flat = Math.abs(slope) * scale <= 1e-11 * Math.max(1, Math.abs(from.value));
    if (next.value <= from.value + 1e-4 * scale * slope) return next;
    if (flat && next.gradientNorm < from.gradientNorm) return next;
  }
  return undefined;
}

/** Turns a residual into an approximate solution of a linear system; a new vector. */
export type Preconditioner = (residual: Float64Array) => Float64Array;

/** Solves by a factor. */
const solveBy =
  (factor: CholeskyFactor): Preconditioner =>
  (residual) =>
    choleskySolve(factor, residual);

/** Divides by a diagonal. */
const divideBy =
  (diagonal: Float64Array): Preconditioner =>
  (residual) => {
    const result = residual.slice();
    for (let j = 0; j < result.length; j++) result[j] /= diagonal[j];
    return result;
  };

/** The x with H x = -gradient, to a residual of the given norm. */
export function solveConjugateGradients(
  at: Pick<Evaluation, "gradient" | "hessianVector">,
  residualNorm: number,
  precondition: Preconditioner,
): { readonly x: Float64Array; readonly products: number } {
  const { gradient } = at;
  const x = new Float64Array(gradient.length);
  const residual = gradient.map((value) => -value);
  let preconditioned = precondition(residual);
  const direction = preconditioned.slice();
  let product = dot(residual, preconditioned);
  let products = 0;
  while (products < 10 * gradient.length && norm(residual) > residualNorm) {
    products++;
    const image = at.hessianVector(direction);
    const curvature = dot(direction, image);
    if (curvature <= 0) break;
    const length = product / curvature;
    addScaled(x, length, direction);
    addScaled(residual, -length, image);
    preconditioned = precondition(residual);
    const next = dot(residual, preconditioned);
    const keep = next / product;
    for (let j = 0; j < direction.length; j++) direction[j] = preconditioned[j] + keep * direction[j];
    product = next;
  }
  return { x, products };
}
