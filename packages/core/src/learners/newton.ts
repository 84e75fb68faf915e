// Minimises smooth convex functions by Newton steps whose linear systems are solved only as well as needed.

import { addScaled, dot, norm } from "../linalg.ts";

/** A smooth convex function at one point. */
export interface Evaluation {
  readonly value: number;
  readonly gradient: Float64Array;
  /** The Hessian times a vector. */
  hessianVector(v: Float64Array): Float64Array;
  /** The diagonal of the Hessian: the preconditioner. */
  readonly diagonal: Float64Array;
}

export interface NewtonResult {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradientNorm: number;
  readonly iterations: number;
  readonly converged: boolean;
}

export interface NewtonOptions {
  /** Stops where the gradient's norm is at most this. */
  readonly tolerance: number;
  readonly maxIterations: number;
}

/**
 * Truncated Newton: preconditioned conjugate gradients for the step (to a relative residual that shrinks with the
 * gradient, so that convergence is superlinear), then backtracking until the Armijo condition holds.
 *
 * Source: Nocedal and Wright, Numerical Optimization (2006), algorithms 7.1 and 3.1.
 */
export function minimizeNewton(
  evaluate: (x: Float64Array) => Evaluation,
  start: Float64Array,
  { tolerance, maxIterations }: NewtonOptions,
): NewtonResult {
  let x = start;
  let at = evaluate(x);
  const initialNorm = norm(at.gradient);
  let iterations = 0;
  let gradientNorm = initialNorm;
  while (gradientNorm > tolerance && iterations < maxIterations) {
    iterations++;
    const forcing = Math.min(0.3, Math.sqrt(gradientNorm / initialNorm));
    const step = solveConjugateGradients(at, Math.max(forcing * gradientNorm, tolerance / 10));
    const slope = dot(at.gradient, step);
    let scale = 1;
    let next: Float64Array;
    let evaluation: Evaluation;
    for (;;) {
      next = x.slice();
      addScaled(next, scale, step);
      evaluation = evaluate(next);
      // Near the minimum, differences of values drown in rounding; there the gradient decides.
      const flat = Math.abs(slope) * scale <= 1e-11 * Math.max(1, Math.abs(at.value));
      if (evaluation.value <= at.value + 1e-4 * scale * slope) break;
      if (flat && norm(evaluation.gradient) < gradientNorm) break;
      scale /= 2;
      if (scale < 1e-10) return { x, value: at.value, gradientNorm, iterations, converged: false };
    }
    x = next;
    at = evaluation;
    gradientNorm = norm(at.gradient);
  }
  return { x, value: at.value, gradientNorm, iterations, converged: gradientNorm <= tolerance };
}

/** The s with H s = -gradient, to a residual of the given norm, preconditioned by the diagonal of H. */
function solveConjugateGradients(at: Evaluation, residualNorm: number): Float64Array {
  const { gradient, diagonal } = at;
  const step = new Float64Array(gradient.length);
  const residual = gradient.map((value) => -value);
  let preconditioned = residual.map((value, i) => value / diagonal[i]);
  const direction = preconditioned.slice();
  let product = dot(residual, preconditioned);
  for (let i = 0; i < 10 * gradient.length && norm(residual) > residualNorm; i++) {
    const image = at.hessianVector(direction);
    const curvature = dot(direction, image);
    if (curvature <= 0) break;
    const length = product / curvature;
    addScaled(step, length, direction);
    addScaled(residual, -length, image);
    preconditioned = residual.map((value, j) => value / diagonal[j]);
    const next = dot(residual, preconditioned);
    const keep = next / product;
    for (let j = 0; j < direction.length; j++) direction[j] = preconditioned[j] + keep * direction[j];
    product = next;
  }
  return step;
}
