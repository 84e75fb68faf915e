// Minimises smooth convex functions by Newton steps whose linear systems are solved only as well as needed.

import { addScaled, dot, norm } from "../linalg.ts";
import { type CholeskyFactor, cholesky, choleskySolve } from "./cholesky.ts";

/** A smooth convex function at one point. */
export interface Evaluation {
  readonly value: number;
  readonly gradient: Float64Array;
  /** The Hessian times a vector. */
  hessianVector(v: Float64Array): Float64Array;
  /** The diagonal of the Hessian: a preconditioner that costs nothing. */
  diagonal(): Float64Array;
  /** The lower triangle of the Hessian, or of a matrix near it, where it is small enough to be factored. */
  readonly hessian: (() => Float64Array) | undefined;
  /** What it costs to compute and factor that matrix, in products of the Hessian with a vector. */
  readonly factorCost: number;
}

export interface NewtonResult {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradientNorm: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** The factor that preconditioned the last steps: good for a problem much like this one. */
  readonly factor: CholeskyFactor | undefined;
}

export interface NewtonOptions {
  /** Stops where the gradient's norm is at most this. */
  readonly tolerance: number;
  readonly maxIterations: number;
  /** A factor of a matrix near the Hessian. */
  readonly factor?: CholeskyFactor | undefined;
}

/**
 * Truncated Newton: preconditioned conjugate gradients for the step (to a relative residual that shrinks with the
 * gradient, so that convergence is superlinear), then backtracking until the Armijo condition holds.
 *
 * The preconditioner is the Hessian's diagonal until the products with the Hessian cost more than to factor it once;
 * from then on the factor of an earlier Hessian.
 *
 * Source: Nocedal and Wright, Numerical Optimization (2006), algorithms 7.1 and 3.1.
 */
export function minimizeNewton(
  evaluate: (x: Float64Array) => Evaluation,
  start: Float64Array,
  { tolerance, maxIterations, factor: known }: NewtonOptions,
): NewtonResult {
  let x = start;
  let at = evaluate(x);
  const initialNorm = norm(at.gradient);
  let iterations = 0;
  let gradientNorm = initialNorm;
  let factor = known;
  let products = 0;
  while (gradientNorm > tolerance && iterations < maxIterations) {
    iterations++;
    if (at.hessian && products > at.factorCost / 3) factor = cholesky(at.hessian(), x.length);
    const residual = Math.max(Math.min(0.3, Math.sqrt(gradientNorm / initialNorm)) * gradientNorm, tolerance / 10);
    const precondition = factor ? solveBy(factor) : divideBy(at.diagonal());
    const step = solveConjugateGradients(at, residual, precondition);
    products = step.products;
    const slope = dot(at.gradient, step.x);
    let scale = 1;
    let next: Float64Array;
    let evaluation: Evaluation;
    for (;;) {
      next = x.slice();
      addScaled(next, scale, step.x);
      evaluation = evaluate(next);
      // Near the minimum, differences of values drown in rounding; there the gradient decides.
      const flat = Math.abs(slope) * scale <= 1e-11 * Math.max(1, Math.abs(at.value));
      if (evaluation.value <= at.value + 1e-4 * scale * slope) break;
      if (flat && norm(evaluation.gradient) < gradientNorm) break;
      scale /= 2;
      if (scale < 1e-10) return { x, value: at.value, gradientNorm, iterations, converged: false, factor };
    }
    x = next;
    at = evaluation;
    gradientNorm = norm(at.gradient);
  }
  return { x, value: at.value, gradientNorm, iterations, converged: gradientNorm <= tolerance, factor };
}

type Preconditioner = (residual: Float64Array) => Float64Array;

const solveBy =
  (factor: CholeskyFactor): Preconditioner =>
  (residual) =>
    choleskySolve(factor, residual);

const divideBy =
  (diagonal: Float64Array): Preconditioner =>
  (residual) =>
    residual.map((value, i) => value / diagonal[i]);

/** The x with H x = -gradient, to a residual of the given norm. */
function solveConjugateGradients(at: Evaluation, residualNorm: number, precondition: Preconditioner) {
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
