// The Cholesky factor of a symmetric positive definite matrix, and linear systems solved with it.

/** Lower triangular L with A = L L^T, row-major [n, n]; what lies above the diagonal is not to be read. */
export interface CholeskyFactor {
  readonly size: number;
  readonly lower: Float64Array;
}

/**
 * Factors A, of which the lower triangle is read; the factor overwrites it.
 *
 * A pivot that is not above `floor` times the diagonal's largest entry is raised to that: the factor is then one of
 * A + E with a small diagonal E >= 0, which serves as a preconditioner and for steps of descent.
 */
export function cholesky(a: Float64Array, size: number, floor = 1e-14): CholeskyFactor {
  let largest = 0;
  for (let i = 0; i < size; i++) largest = Math.max(largest, a[i * size + i]);
  const least = floor * largest;
  for (let i = 0; i < size; i++) {
    const rowI = i * size;
    let j = 0;
    // Four columns at a time: four independent sums keep the processor busy.
    for (; j + 3 < i; j += 4) {
      const r0 = j * size;
      const r1 = r0 + size;
      const r2 = r1 + size;
      const r3 = r2 + size;
      let s0 = a[rowI + j];
      let s1 = a[rowI + j + 1];
      let s2 = a[rowI + j + 2];
      let s3 = a[rowI + j + 3];
      for (let k = 0; k < j; k++) {
        const v = a[rowI + k];
        s0 -= v * a[r0 + k];
        s1 -= v * a[r1 + k];
        s2 -= v * a[r2 + k];
        s3 -= v * a[r3 + k];
      }
      s0 /= a[r0 + j];
      s1 = (s1 - s0 * a[r1 + j]) / a[r1 + j + 1];
      s2 = (s2 - s0 * a[r2 + j] - s1 * a[r2 + j + 1]) / a[r2 + j + 2];
      s3 = (s3 - s0 * a[r3 + j] - s1 * a[r3 + j + 1] - s2 * a[r3 + j + 2]) / a[r3 + j + 3];
      a[rowI + j] = s0;
      a[rowI + j + 1] = s1;
      a[rowI + j + 2] = s2;
      a[rowI + j + 3] = s3;
    }
    for (; j < i; j++) {
      const rowJ = j * size;
      let sum = a[rowI + j];
      for (let k = 0; k < j; k++) sum -= a[rowI + k] * a[rowJ + k];
      a[rowI + j] = sum / a[rowJ + j];
    }
    let pivot = a[rowI + i];
    for (let k = 0; k < i; k++) pivot -= a[rowI + k] * a[rowI + k];
    a[rowI + i] = Math.sqrt(Math.max(pivot, least, Number.MIN_VALUE));
  }
  return { size, lower: a };
}

/** The x with L L^T x = b. */
export function choleskySolve({ size, lower }: CholeskyFactor, b: Float64Array): Float64Array {
  const x = b.slice();
  for (let i = 0; i < size; i++) {
    const row = i * size;
    let even = x[i];
    let odd = 0;
    for (let k = 0; k + 1 < i; k += 2) {
      even -= lower[row + k] * x[k];
      odd -= lower[row + k + 1] * x[k + 1];
    }
    if (i % 2 === 1) even -= lower[row + i - 1] * x[i - 1];
    x[i] = (even + odd) / lower[row + i];
  }
  for (let i = size - 1; i >= 0; i--) {
    const value = x[i] / lower[i * size + i];
    x[i] = value;
    for (let k = 0; k < i; k++) x[k] -= lower[i * size + k] * value;
  }
  return x;
}
