import { describe, expect, it } from "vitest";
import { InputError } from "../errors.ts";
import { type Stream, stream } from "../random.ts";
import { bootstrap, bootstrapRepetitions, type RepetitionDraw } from "./bootstrap.ts";
import { correlation } from "./pearson.ts";
import type { Interval } from "./sample.ts";

const average =
  (x: ArrayLike<number>) =>
  (points: ArrayLike<number>): number => {
    let sum = 0;
    for (let i = 0; i < points.length; i++) sum += x[points[i]];
    return sum / points.length;
  };

/** The share of simulated experiments whose interval holds the truth. */
function coverage(rounds: number, truth: number, experiment: () => Interval | undefined): number {
  let covered = 0;
  for (let round = 0; round < rounds; round++) {
    const interval = experiment();
    if (interval !== undefined && interval.low <= truth && truth <= interval.high) covered++;
  }
  return covered / rounds;
}

const sample = (n: number, draw: () => number): Float64Array => Float64Array.from({ length: n }, draw);

describe("bootstrap", () => {
  it.each(["percentile", "bca"] as const)("covers the mean of 50 normal points with about 95%: %s", (method) => {
    const random = stream(31, "coverage", method);
    const share = coverage(500, 3, () => {
      const x = sample(50, () => 3 + random.normal());
      return bootstrap(50, average(x), { random, resamples: 300, method });
    });
    // Standard error 1%; the bootstrap variance lacks a factor n / (n - 1), worth half a percent.
    expect(share).toBeGreaterThan(0.92);
    expect(share).toBeLessThan(0.97);
  });

  it("covers evenly on both sides of a skewed mean with BCa", () => {
    const random = stream(37, "skewed");
    const misses = { percentile: [0, 0], bca: [0, 0] };
    for (let round = 0; round < 400; round++) {
      const x = sample(30, () => -Math.log(1 - random.uniform()));
      for (const method of ["percentile", "bca"] as const) {
        const interval = bootstrap(30, average(x), { random, resamples: 250, level: 0.9, method });
        if (interval !== undefined && interval.high < 1) misses[method][0]++;
        if (interval !== undefined && interval.low > 1) misses[method][1]++;
      }
    }
    // The percentile interval of an exponential mean lies too low: it misses below far more often.
    const lean = ([below, above]: number[]) => (below - above) / 400;
    expect(lean(misses.percentile)).toBeGreaterThan(lean(misses.bca) + 0.015);
    expect((misses.bca[0] + misses.bca[1]) / 400).toBeLessThan(0.16);
  });

  it("moves and scales with the statistic", () => {
    const random = stream(6);
    const x = sample(20, random.normal);
    const run = (scale: number) =>
      bootstrap(20, (points) => 5 + scale * average(x)(points), { random: stream(7), resamples: 999 });
    const { estimate, low, high } = run(1) ?? { estimate: 0, low: 0, high: 0 };
    const doubled = run(2);
    expect(doubled?.estimate).toBeCloseTo(2 * estimate - 5, 12);
    expect(doubled?.low).toBeCloseTo(2 * low - 5, 12);
    expect(doubled?.high).toBeCloseTo(2 * high - 5, 12);
  });

  it("keeps pairs together", () => {
    const random = stream(8);
    const x = sample(60, random.normal);
    const y = x.map((value) => value + 0.3 * random.normal());
    const at = (points: Int32Array) =>
      correlation(
        Array.from(points, (i) => x[i]),
        Array.from(points, (i) => y[i]),
      );
    const interval = bootstrap(60, at, { random });
    expect(interval?.estimate).toBe(correlation(x, y));
    expect(interval?.low).toBeGreaterThan(0.85);
    expect(interval?.high).toBeLessThan(1);
  });

  it("is a single point for constant data and does not exist without the statistic", () => {
    const random = stream(9);
    expect(bootstrap(5, () => 0.5, { random })).toEqual({ estimate: 0.5, low: 0.5, high: 0.5 });
    expect(bootstrap(5, () => undefined, { random })).toBeUndefined();
    // On most resamples of two points both are the same, or the order is the wrong one.
    expect(bootstrap(2, ([a, b]) => (a < b ? 1 : undefined), { random })).toBeUndefined();
    expect(() => bootstrap(0, () => 1, { random })).toThrow(InputError);
    expect(() => bootstrap(3, () => 1, { random, level: 1 })).toThrow(InputError);
  });
});

describe("bootstrapRepetitions", () => {
  const grandMean = (values: readonly Float64Array[]) => (draws: readonly RepetitionDraw[]) =>
    draws.reduce((sum, { repetition, points }) => sum + average(values[repetition])(points), 0) / draws.length;

  const experiment = (random: Stream, repetitions: number): Float64Array[] =>
    Array.from({ length: repetitions }, () => {
      const level = random.normal();
      return sample(15, () => level + random.normal());
    });

  it.each(["percentile", "bca"] as const)("covers the grand mean of ten repetitions with about 95%: %s", (method) => {
    const random = stream(41, "coverage", "repetitions", method);
    const share = coverage(500, 0, () => {
      const values = experiment(random, 10);
      return bootstrapRepetitions(Array(10).fill(15), grandMean(values), { random, resamples: 200, method });
    });
    // Standard error 1%.
    expect(share).toBeGreaterThan(0.925);
    expect(share).toBeLessThan(0.98);
  });

  it("sees the variance among repetitions, which a bootstrap of pooled points does not", () => {
    const random = stream(43, "pooled");
    const share = coverage(100, 0, () => {
      const x = experiment(random, 10).flatMap((values) => Array.from(values));
      return bootstrap(x.length, average(x), { random, resamples: 200, method: "percentile" });
    });
    expect(share).toBeLessThan(0.7);
  });

  it("has the variance of points where there is one repetition", () => {
    const x = sample(40, stream(10).normal);
    const options = { resamples: 4000 };
    const one = bootstrapRepetitions([40], grandMean([x]), { ...options, random: stream(11) });
    const points = bootstrap(40, average(x), { ...options, random: stream(12) });
    expect(one?.estimate).toBe(points?.estimate);
    expect(one?.low).toBeCloseTo(points?.low ?? 9, 1);
    expect(one?.high).toBeCloseTo(points?.high ?? 9, 1);
  });

  it("refuses experiments without repetitions or points", () => {
    expect(() => bootstrapRepetitions([], () => 1, { random: stream(1) })).toThrow(InputError);
    expect(() => bootstrapRepetitions([3, 0], () => 1, { random: stream(1) })).toThrow(InputError);
  });
});
