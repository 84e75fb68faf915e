// The exponential in plain arithmetic, the same to the last bit on every host, of one number or of two at once.

import { type Code, f64x2, type Variable } from "../../assembler.ts";

/** 1.5 times 2^52: a number that is added to it is rounded to a whole one, which stands in its last bits. */
const ROUNDING = 6755399441055744;
const LOG2_E = 1.4426950408889634;
/** The logarithm of 2, in a part of few bits, which times a whole number is exact, and the rest. */
const [LN2_HIGH, LN2_LOW] = [0.6931471803691238, 1.9082149292705877e-10];
/** Below it numbers lose their precision: values there are as if they were at it, 3e-308. */
const LEAST = -708;
/** 1 / k!: of the remainders, at most ln 2 / 2, the next term of the series is 4e-18. */
const SERIES: readonly number[] = Array.from({ length: 14 }, (_, k) => {
  let factorial = 1;
  for (let j = 2; j <= k; j++) factorial *= j;
  return 1 / factorial;
});

const bits = new Int32Array(2);
const power = new Float64Array(bits.buffer);

/**
 * exp(x) for x <= 0 to 2 units of the last place, but where it is less than 3e-308.
 *
 * It is 2^k exp(x - k ln 2), k the whole number next to x / ln 2, by the series.
 */
export function exponential(x: number): number {
  const kept = Math.max(x, LEAST);
  const k = kept * LOG2_E + ROUNDING - ROUNDING;
  const value = polynomial(SERIES, kept - k * LN2_HIGH - k * LN2_LOW);
  bits[1] = (k + 1023) << 20;
  return value * power[0];
}

/** sum_k c_k x^k, by Horner's rule. */
export function polynomial(coefficients: readonly number[], x: number): number {
  let value = coefficients[coefficients.length - 1];
  for (let k = coefficients.length - 2; k >= 0; k--) value = value * x + coefficients[k];
  return value;
}

/** As `polynomial`, of two numbers, written to `value`. */
export function polynomialCode(coefficients: readonly number[], x: Variable, value: Variable): Code {
  const [last, ...others] = coefficients.slice().reverse();
  return [
    value.set(f64x2.constant(last)),
    others.map((each) => value.set(f64x2.add(f64x2.multiply(value.get, x.get), f64x2.constant(each)))),
  ];
}

/** As `exponential`, of two numbers in `x`, which is changed, written to `value`. */
export function exponentialCode({ x, shifted, k, value }: Record<"x" | "shifted" | "k" | "value", Variable>): Code {
  const constant = f64x2.constant;
  return [
    x.set(f64x2.max(x.get, constant(LEAST))),
    shifted.set(f64x2.add(f64x2.multiply(x.get, constant(LOG2_E)), constant(ROUNDING))),
    k.set(f64x2.subtract(shifted.get, constant(ROUNDING))),
    x.set(f64x2.subtract(x.get, f64x2.multiply(k.get, constant(LN2_HIGH)))),
    x.set(f64x2.subtract(x.get, f64x2.multiply(k.get, constant(LN2_LOW)))),
    polynomialCode(SERIES, x, value),
    // Times 2^k: k is added to the exponent's bits.
    value.set(f64x2.addBits(value.get, f64x2.shiftBits(shifted.get, 52))),
  ];
}
