// The logistic loss of many rows at once, the same to the last bit on every host.

import { assembledAs } from "../../assembledAs.ts";
import { type Code, f64x2, i32, wasmFunction, wasmModule, whileTrue } from "../../assembler.ts";
import { lentLoops } from "../../hostedLoops.ts";
import { exponential, exponentialCode, polynomial, polynomialCode } from "./exponential.ts";
import type { RowLoss } from "./linearObjective.ts";

/** 2 / (2 k + 1): log(1 + e) = sum_k c_k z^(2k+1), z = e / (2 + e); with z <= 1/3 the next term is 2e-18 of it. */
const SERIES: readonly number[] = Array.from({ length: 17 }, (_, k) => 2 / (2 * k + 1));

/** log(1 + exp(-y f)), y = -1 or +1. Losses of even and of odd rows are added up apart. */
export const logisticLoss: RowLoss = (y, f, weights, slope, curvature) =>
  compiledLoss(y, f, weights, slope, curvature) ?? plainLoss(y, f, weights, slope, curvature);

const plainLoss: RowLoss = (y, f, weights, slope, curvature) => {
  const sums = [0, 0];
  for (let i = 0; i < f.length; i++) {
    const m = y[i] * f[i];
    const e = exponential(-Math.abs(m));
    const z = e / (2 + e);
    sums[i % 2] += weights[i] * (z * polynomial(SERIES, z * z) + Math.max(0, -m));
    // The sigmoid of -m, without overflow on either side.
    slope[i] = -(weights[i] * y[i] * ((m < 0 ? 1 : e) / (1 + e)));
    curvature[i] = (weights[i] * e) / ((1 + e) * (1 + e));
  }
  return sums[0] + sums[1];
};

/** As `plainLoss`, by compiled loops; undefined where the host has none. */
function compiledLoss(...[y, f, weights, slope, curvature]: Parameters<RowLoss>): number | undefined {
  const n = f.length;
  const area = 2 * Math.ceil(n / 2);
  const lent = lend(8 * 3 * area + 16);
  if (!lent) return undefined;
  const numbers = new Float64Array(lent.memory.buffer, 0, 3 * area + 2);
  // A row that fills up the last pair weighs nothing.
  [y, f, weights].forEach((vector, k) => {
    numbers[(k + 1) * area - 1] = 0;
    numbers.set(vector, k * area);
  });
  lent.loops.logistic(8 * area);
  slope.set(numbers.subarray(area, area + n));
  curvature.set(numbers.subarray(2 * area, 2 * area + n));
  return numbers[3 * area] + numbers[3 * area + 1];
}

/** Of y at 0, f at `end` and weights behind them; slopes and curvatures take the places of the latter. */
const loop = wasmFunction(
  "logistic",
  {
    parameters: { end: "i32" },
    locals: {
      ...{ at: "i32", sums: "f64x2", m: "f64x2", e: "f64x2", one: "f64x2", weight: "f64x2" },
      ...{ x: "f64x2", shifted: "f64x2", k: "f64x2", value: "f64x2" },
    },
  },
  (v) => {
    const zero = f64x2.constant(0);
    const behind = (places: number): Code =>
      Array.from({ length: places }).reduce<Code>((address) => i32.add(address, v.end.get), v.at.get);
    return [
      whileTrue(
        i32.isLess(v.at.get, v.end.get),
        v.m.set(f64x2.multiply(f64x2.load(v.at.get), f64x2.load(behind(1)))),
        v.weight.set(f64x2.load(behind(2))),
        v.x.set(f64x2.negate(f64x2.absolute(v.m.get))),
        exponentialCode(v),
        v.e.set(v.value.get),
        v.one.set(f64x2.add(f64x2.constant(1), v.e.get)),
        v.k.set(f64x2.divide(v.e.get, f64x2.add(f64x2.constant(2), v.e.get))),
        v.x.set(f64x2.multiply(v.k.get, v.k.get)),
        polynomialCode(SERIES, v.x, v.value),
        v.value.set(f64x2.add(f64x2.multiply(v.k.get, v.value.get), f64x2.max(zero, f64x2.negate(v.m.get)))),
        v.sums.set(f64x2.add(v.sums.get, f64x2.multiply(v.weight.get, v.value.get))),
        v.x.set(f64x2.divide(f64x2.select(f64x2.constant(1), v.e.get, f64x2.isLess(v.m.get, zero)), v.one.get)),
        f64x2.store(
          behind(1),
          f64x2.negate(f64x2.multiply(f64x2.multiply(v.weight.get, f64x2.load(v.at.get)), v.x.get)),
        ),
        f64x2.store(
          behind(2),
          f64x2.divide(f64x2.multiply(v.weight.get, v.e.get), f64x2.multiply(v.one.get, v.one.get)),
        ),
        v.at.set(i32.add(v.at.get, i32.constant(16))),
      ),
      f64x2.store(behind(2), v.sums.get),
    ];
  },
);

export const logisticLoop = (): Uint8Array<ArrayBuffer> => wasmModule([loop]);

const lend = lentLoops<"logistic">(assembledAs("logistic", logisticLoop));
