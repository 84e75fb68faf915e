// Fifty seeded cases against SciPy 1.10.1, the tails of the special functions against mpmath: fixtures/stats/make.py.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { stream } from "../random.ts";
import { bootstrap } from "./bootstrap.ts";
import { mean, quantile, standardError, variance } from "./describe.ts";
import { kendall } from "./kendall.ts";
import { normalQuantile } from "./normal.ts";
import { pearson } from "./pearson.ts";
import { confidenceBand, regression } from "./regression.ts";
import type { TestResult } from "./sample.ts";
import { signTest } from "./signTest.ts";
import { spearman } from "./spearman.ts";
import { erf, erfc, incompleteBeta, logBeta, logGamma } from "./special.ts";
import { studentCritical, studentTwoSided } from "./student.ts";
import { wilcoxon } from "./wilcoxon.ts";

type Pair = [statistic: number, p: number];

interface Case {
  kind: string;
  x: number[];
  y: number[];
  pearson: Pair | null;
  spearman: Pair | null;
  kendall: Pair | null;
  differences: number[];
  wilcoxon: [statistic: number, p: number, method: string] | null;
  sign: Pair | null;
  line: [slope: number, intercept: number, interceptError: number] | null;
  describe: [mean: number, variance: number, standardError: number, quantile30: number] | null;
}

type Values = number[][];

interface Golden {
  cases: Case[];
  logGamma: Values;
  logBeta: Values;
  incompleteBeta: Values;
  erfc: Values;
  normalQuantile: Values;
  studentTwoSided: Values;
  studentCritical: Values;
  bootstrap: { x: number[]; percentile: Pair; bca: Pair };
}

const file = new URL("../../../../fixtures/stats/scipy.golden.json", import.meta.url);
const golden: Golden = JSON.parse(readFileSync(file, "utf8"));

/** 1e-10 absolute below 1, relative above. */
function expectClose(actual: number, expected: number, what: string): void {
  expect(Math.abs(actual - expected), what).toBeLessThanOrEqual(1e-10 * Math.max(1, Math.abs(expected)));
}

/** For values whose leading digits matter however small they are. */
function expectRelative(actual: number, expected: number, tolerance: number, what: string): void {
  expect(Math.abs(actual - expected), what).toBeLessThanOrEqual(tolerance * Math.abs(expected));
}

function expectResult(actual: TestResult | undefined, expected: readonly [number, number, ...unknown[]] | null): void {
  if (actual === undefined || expected === null) {
    expect(actual ?? null).toBe(expected);
    return;
  }
  expectClose(actual.statistic, expected[0], "statistic");
  expectClose(actual.p, expected[1], "p");
  // Near |r| = 1 a rounding error of r alone moves p by more; elsewhere p agrees in its digits, not only below 1e-10.
  if (1 - Math.abs(actual.statistic) > 1e-4) expectRelative(actual.p, expected[1], 1e-10, "p, relative");
}

describe.each(golden.cases.map((c, i) => ({ ...c, name: `${i}: ${c.kind}, n = ${c.x.length}` })))("case $name", (c) => {
  it("has SciPy's correlations", () => {
    expectResult(pearson(c.x, c.y), c.pearson);
    expectResult(kendall(c.x, c.y), c.kendall);
    // SciPy has no p-value for two pairs; we have 1, as for the other two correlations.
    if (c.x.length > 2) expectResult(spearman(c.x, c.y), c.spearman);
  });

  it("has SciPy's paired tests", () => {
    expectResult(wilcoxon(c.differences), c.wilcoxon);
    expectResult(signTest(c.differences), c.sign);
  });

  it("has SciPy's line and NumPy's moments", () => {
    const line = regression(c.x, c.y);
    if (c.line !== null && line !== undefined) {
      expectClose(line.slope, c.line[0], "slope");
      expectClose(line.intercept, c.line[1], "intercept");
      const band = confidenceBand(line, 0);
      // At zero the band is the interval of the intercept; SciPy gets the residuals of a perfect line from 1 - r^2.
      const half = studentCritical(0.05, c.x.length - 2) * c.line[2];
      const scale = Math.max(1, half);
      expect(Math.abs((band?.high ?? Number.NaN) - c.line[1] - half)).toBeLessThanOrEqual(1e-7 * scale);
    }
    if (c.describe !== null) {
      expectClose(mean(c.x) ?? Number.NaN, c.describe[0], "mean");
      expectClose(variance(c.x) ?? Number.NaN, c.describe[1], "variance");
      expectClose(standardError(c.x) ?? Number.NaN, c.describe[2], "standard error");
      expectClose(quantile(c.x, 0.3) ?? Number.NaN, c.describe[3], "quantile");
    }
  });
});

describe("special functions against mpmath", () => {
  it.each(golden.logGamma)("log Gamma(%d)", (x, expected) => {
    expect(Math.abs(logGamma(x) - expected)).toBeLessThanOrEqual(1e-14 * (1 + Math.abs(expected)));
  });
  it.each(golden.logBeta)("log B(%d, %d)", (a, b, expected) => {
    expectRelative(logBeta(a, b), expected, 1e-13, "logBeta");
    expectRelative(logBeta(b, a), expected, 1e-13, "logBeta, swapped");
  });
  it.each(golden.incompleteBeta)("I_%d(%d, %d)", (x, a, b, expected) => {
    expectRelative(incompleteBeta(x, a, b), expected, 1e-12, "incompleteBeta");
  });
  it.each(golden.erfc)("erfc(%d)", (x, expected) => {
    expectRelative(erfc(x), expected, 1e-14, "erfc");
    expectRelative(erf(x), 1 - expected, Math.abs(x) < 0.5 ? 1e-6 : 1e-14, "erf");
  });
  it.each(golden.normalQuantile)("normal quantile at %d", (p, expected) => {
    expect(Math.abs(normalQuantile(p) - expected)).toBeLessThanOrEqual(1e-14 * (1 + Math.abs(expected)));
  });
  it.each(golden.studentTwoSided)("two tails of t beyond %d with %d degrees of freedom", (t, degrees, expected) => {
    expectRelative(studentTwoSided(t, degrees), expected, 1e-12, "studentTwoSided");
  });
  it.each(golden.studentCritical)("critical t at p = %d with %d degrees of freedom", (p, degrees, expected) => {
    expectRelative(studentCritical(p, degrees), expected, 1e-11, "studentCritical");
  });
});

describe("bootstrap against scipy.stats.bootstrap with 200,000 resamples", () => {
  const { x, percentile, bca } = golden.bootstrap;
  const error = standardError(x) ?? Number.NaN;
  it.each(["percentile", "bca"] as const)("%s", (method) => {
    const average = (points: Int32Array) => mean(Array.from(points, (i) => x[i]));
    const random = stream(11, "bootstrap", method);
    const { low, high } = bootstrap(x.length, average, { random, resamples: 20_000, level: 0.9, method }) ?? {};
    const expected = method === "bca" ? bca : percentile;
    // Monte Carlo error of a 5% quantile of 20,000 replicates: sqrt(.05 .95 / 20000) / density = 0.015 standard errors.
    expect(Math.abs((low ?? Number.NaN) - expected[0])).toBeLessThan(0.06 * error);
    expect(Math.abs((high ?? Number.NaN) - expected[1])).toBeLessThan(0.06 * error);
    // The two methods differ by more than that, so neither passes for the other.
    expect(bca[0] - percentile[0]).toBeGreaterThan(0.15 * error);
  });
});
