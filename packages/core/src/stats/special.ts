// Special functions behind the p-values: gamma, beta and error functions, accurate in the far tails.

import { assert } from "../errors.ts";

const halfLogTwoPi = 0.9189385332046727;
const sqrtPi = 1.7724538509055159;

/** B_2k / (2k (2k - 1)), k = 1..7: the coefficients of Stirling's series in 1 / x^(2k - 1). */
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];

/** log Gamma(x) - ((x - 1/2) log x - x + log(2 pi) / 2), for x >= 10, where the first term left out is below 3e-17. */
function stirlingRemainder(x: number): number {
  const inverseSquare = 1 / (x * x);
  let sum = 0;
  for (let k = stirling.length - 1; k >= 0; k--) sum = sum * inverseSquare + stirling[k];
  return sum / x;
}

/**
 * The logarithm of the gamma function, for x > 0.
 *
 * Stirling's series, after Gamma(x + 1) = x Gamma(x) has moved x beyond 10. Error below 1e-14 (1 + |result|).
 */
export function logGamma(x: number): number {
  assert(x > 0, `logGamma needs x > 0, got ${x}`);
  let product = 1;
  let shifted = x;
  while (shifted < 10) product *= shifted++;
  const series = (shifted - 0.5) * Math.log(shifted) - shifted + halfLogTwoPi + stirlingRemainder(shifted);
  return series - Math.log(product);
}

/**
 * The logarithm of the beta function B(a, b) = Gamma(a) Gamma(b) / Gamma(a + b), for a, b > 0.
 *
 * For large arguments the leading terms of Stirling's series are subtracted on paper, not in floating point.
 */
export function logBeta(a: number, b: number): number {
  const small = Math.min(a, b);
  const large = Math.max(a, b);
  if (large < 10) return logGamma(small) + logGamma(large) - logGamma(small + large);
  const sum = small + large;
  const difference = (large - 0.5) * Math.log1p(-small / sum) + stirlingRemainder(large) - stirlingRemainder(sum);
  // difference + small - small log(sum) = logGamma(large) - logGamma(sum)
  if (small < 10) return logGamma(small) + difference + small - small * Math.log(sum);
  return (
    (small - 0.5) * Math.log(small / sum) - 0.5 * Math.log(sum) + halfLogTwoPi + stirlingRemainder(small) + difference
  );
}

/**
 * The regularised incomplete beta function I_x(a, b), for x in [0, 1] and a, b > 0.
 *
 * Gauss's continued fraction, evaluated by the modified Lentz method on the side of the mean where it converges in
 * O(sqrt(max(a, b))) steps. The complement 1 - x may be given where the caller knows it more precisely. Relative
 * error about 1e-13 in the lower tail, however small the result (DLMF 8.17.22).
 */
export function incompleteBeta(x: number, a: number, b: number, complement = 1 - x): number {
  assert(x >= 0 && x <= 1 && a > 0 && b > 0, `incompleteBeta is not defined at x=${x}, a=${a}, b=${b}`);
  if (x === 0) return 0;
  if (complement === 0) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(complement, b, a, x);
  // log1p keeps the digits of the logarithm of whichever of the two is close to one.
  const logX = x < 0.5 ? Math.log(x) : Math.log1p(-complement);
  const logComplement = complement < 0.5 ? Math.log(complement) : Math.log1p(-x);
  const front = Math.exp(a * logX + b * logComplement - logBeta(a, b)) / a;
  return front / betaFraction(x, a, b);
}

/** 1 + d_1 / (1 + d_2 / (1 + ...)) with the d of DLMF 8.17.23. */
function betaFraction(x: number, a: number, b: number): number {
  const floor = 1e-300;
  let value = 1;
  let numerator = 1;
  let denominator = 0;
  for (let i = 1; i <= 1_000_000; i++) {
    const m = Math.floor(i / 2);
    const d =
      i % 2 === 0
        ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
        : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    numerator = 1 + d / numerator || floor;
    denominator = 1 / (1 + d * denominator || floor);
    const step = numerator * denominator;
    value *= step;
    if (Math.abs(step - 1) < 2e-16) return value;
  }
  throw new Error(`internal: the fraction of incompleteBeta does not converge at x=${x}, a=${a}, b=${b}`);
}

/** The error function 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
export function erf(x: number): number {
  if (Math.abs(x) > 1) return x > 0 ? 1 - erfc(x) : erfc(-x) - 1;
  // exp(-x^2) times a series of terms of one sign: nothing cancels.
  let term = x;
  let sum = x;
  for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(sum); k++) sum += term *= (2 * x * x) / (2 * k + 1);
  return (2 / sqrtPi) * Math.exp(-x * x) * sum;
}

/** The complementary error function 1 - erf(x), with its digits kept in the far tail (relative error about 1e-15). */
export function erfc(x: number): number {
  if (x < 1) return x < -1 ? 2 - erfc(-x) : 1 - erf(x);
  if (x > 28) return 0;
  // Laplace's continued fraction; its error after k terms falls like exp(-2 x sqrt(2 k)), and the
  // 20 more cover large x, where few terms have not reached that rate.
  let fraction = x;
  for (let k = Math.ceil(0.5 * (20 / x) ** 2) + 20; k > 0; k--) fraction = x + k / 2 / fraction;
  // x^2 has more digits than a double holds: the square of a float32 is exact, the rest is small.
  const head = Math.fround(x);
  return (Math.exp(-head * head) * Math.exp((head - x) * (head + x))) / (sqrtPi * fraction);
}
