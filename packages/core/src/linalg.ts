// Vectors: the few operations that the solvers share.

/** Numbers one after the other, in float32 or float64. */
export type Vector = Float32Array | Float64Array;

/** The inner product of two vectors. */
export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The Euclidean norm of a vector. */
export function norm(a: Vector): number {
  return Math.sqrt(dot(a, a));
}

/** y += scale x, in place. */
export function addScaled(y: Vector, scale: number, x: Vector): void {
  for (let i = 0; i < y.length; i++) y[i] += scale * x[i];
}

/** The sum of a vector's numbers. */
export function sum(values: Vector): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** The numbers of some vectors, one after the other. Spreading long ones into a call would overflow the stack. */
export function concatenate(...vectors: readonly Vector[]): Float64Array {
  const all = new Float64Array(vectors.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const vector of vectors) {
    all.set(vector, at);
    at += vector.length;
  }
  return all;
}
