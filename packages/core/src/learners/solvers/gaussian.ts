// Values of the Gaussian kernel for many distances at once, the same to the last bit on every host.

import { f64x2, i32, wasmFunction, wasmModule, whileTrue } from "./assembler.ts";
import { lentLoops } from "./hostedLoops.ts";

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

/**
 * exp(-gamma (norm + norms_j - 2 products_j)), in place of the products; 1 where a distance is not above 0.
 *
 * exp(x) = 2^k exp(x - k ln 2), k the whole number next to x / ln 2, by the series; within 2 units of the last place.
 */
export function gaussian(products: Float64Array, norm: number, norms: Float64Array, gamma: number): void {
  const n = products.length;
  const area = 16 * Math.ceil(n / 2);
  const lent = n < WORTH_LENDING ? undefined : lend(2 * area);
  if (!lent) {
    for (let j = 0; j < n; j++) {
      const squared = norm + norms[j] - 2 * products[j];
      products[j] = squared > 0 ? exponential(Math.max(-gamma * squared, LEAST)) : 1;
    }
    return;
  }
  const numbers = new Float64Array(lent.memory.buffer, 0, area / 4);
  numbers.set(products);
  numbers.set(norms, area / 8);
  lent.loops.gaussian(area, norm, gamma);
  products.set(numbers.subarray(0, n));
}

/** Fewer numbers are done by plain loops before they are copied. */
const WORTH_LENDING = 8;

const bits = new Int32Array(2);
const power = new Float64Array(bits.buffer);

function exponential(x: number): number {
  const k = x * LOG2_E + ROUNDING - ROUNDING;
  const rest = x - k * LN2_HIGH - k * LN2_LOW;
  let value = SERIES[SERIES.length - 1];
  for (let j = SERIES.length - 2; j >= 0; j--) value = value * rest + SERIES[j];
  bits[1] = (k + 1023) << 20;
  return value * power[0];
}

const loop = wasmFunction(
  "gaussian",
  {
    parameters: { end: "i32", norm: "f64", gamma: "f64" },
    locals: { at: "i32", squared: "f64x2", x: "f64x2", shifted: "f64x2", k: "f64x2", value: "f64x2" },
  },
  (v) => {
    const constant = (value: number) => f64x2.constant(value);
    return [
      whileTrue(
        i32.isLess(v.at.get, v.end.get),
        v.squared.set(
          f64x2.subtract(
            f64x2.add(f64x2.splat(v.norm.get), f64x2.load(i32.add(v.at.get, v.end.get))),
            f64x2.multiply(constant(2), f64x2.load(v.at.get)),
          ),
        ),
        v.x.set(f64x2.multiply(f64x2.negate(f64x2.splat(v.gamma.get)), v.squared.get)),
        v.x.set(f64x2.max(v.x.get, constant(LEAST))),
        v.shifted.set(f64x2.add(f64x2.multiply(v.x.get, constant(LOG2_E)), constant(ROUNDING))),
        v.k.set(f64x2.subtract(v.shifted.get, constant(ROUNDING))),
        v.x.set(f64x2.subtract(v.x.get, f64x2.multiply(v.k.get, constant(LN2_HIGH)))),
        v.x.set(f64x2.subtract(v.x.get, f64x2.multiply(v.k.get, constant(LN2_LOW)))),
        v.value.set(constant(SERIES[SERIES.length - 1])),
        SERIES.slice(0, -1)
          .reverse()
          .map((term) => v.value.set(f64x2.add(f64x2.multiply(v.value.get, v.x.get), constant(term)))),
        // Times 2^k: k is added to the exponent's bits.
        f64x2.store(
          v.at.get,
          f64x2.select(
            f64x2.addBits(v.value.get, f64x2.shiftBits(v.shifted.get, 52)),
            constant(1),
            f64x2.isLess(constant(0), v.squared.get),
          ),
        ),
        v.at.set(i32.add(v.at.get, i32.constant(16))),
      ),
    ];
  },
);

const lend = lentLoops<"gaussian">(() => wasmModule([loop]));
