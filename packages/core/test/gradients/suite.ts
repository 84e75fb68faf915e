// Runs a table of gradient cases and asserts what is found.

import { expect, test } from "vitest";
import { check, type Findings, type GradientCase, noFindings } from "./check.ts";

/** What every check must find: the tolerances of the gradients, of their own gradients, and of the runtime. */
export function expectAgreement(findings: Findings): void {
  expect(findings.wrongShapes).toEqual([]);
  expect(findings.wrongRanges).toEqual([]);
  expect(findings.gradientError).toBeLessThan(1e-6);
  expect(findings.hessianError).toBeLessThan(1e-6);
  expect(findings.passError).toBeLessThan(1e-11);
  expect(findings.float32Error).toBeLessThan(1e-4);
  expect(findings.float64Error).toBeLessThan(1e-7);
}

/** One test per case, and one that kinks stay rare. */
export function testCases(cases: readonly GradientCase[]): void {
  let draws = 0;
  let kinks = 0;
  for (const each of cases) {
    test(`${each.name}: value, gradient, Hessian-vector product and shapes agree`, async () => {
      const findings = noFindings();
      expect(await check(each, 1, findings)).toBe(true);
      draws += findings.draws;
      kinks += findings.kinks;
      expectAgreement(findings);
    });
  }
  test("at most 5 % of the draws lie at a kink", () => {
    expect(draws).toBeGreaterThanOrEqual(cases.length);
    expect(kinks / draws).toBeLessThanOrEqual(0.05);
  });
}
