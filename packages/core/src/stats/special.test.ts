import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { erf, erfc, incompleteBeta, logBeta, logGamma } from "./special.ts";

const positive = fc.double({ min: 1e-3, max: 500, noNaN: true });
const probability = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });

describe("logGamma", () => {
  it("is the logarithm of the factorial", () => {
    for (let n = 1, factorial = 1; n <= 20; factorial *= n++) expect(logGamma(n)).toBeCloseTo(Math.log(factorial), 13);
  });

  it("obeys Gamma(x + 1) = x Gamma(x) and Legendre's duplication formula", () => {
    fc.assert(
      fc.property(positive, (x) => {
        const scale = 1 + Math.abs(logGamma(2 * x));
        expect(Math.abs(logGamma(x + 1) - logGamma(x) - Math.log(x))).toBeLessThan(1e-13 * scale);
        const duplicated = (2 * x - 1) * Math.LN2 - 0.5 * Math.log(Math.PI) + logGamma(x) + logGamma(x + 0.5);
        expect(Math.abs(logGamma(2 * x) - duplicated)).toBeLessThan(1e-13 * scale);
      }),
    );
  });
});

describe("incompleteBeta", () => {
  it("has closed forms where a parameter is 1", () => {
    fc.assert(
      fc.property(probability, positive, (x, a) => {
        expect(incompleteBeta(x, a, 1)).toBeCloseTo(x ** a, 12);
        expect(incompleteBeta(x, 1, a)).toBeCloseTo(1 - (1 - x) ** a, 12);
      }),
    );
  });

  it("is a binomial tail for whole parameters", () => {
    // P(X >= 3) for X binomial (5, 0.3), summed by hand: 10 .027 .49 + 5 .0081 .7 + .00243
    expect(incompleteBeta(0.3, 3, 3)).toBeCloseTo(0.16308, 14);
  });

  it("steps by the closed-form difference I_x(a, b) - I_x(a + 1, b)", () => {
    fc.assert(
      fc.property(probability, positive, positive, (x, a, b) => {
        const step = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b)) / a;
        expect(incompleteBeta(x, a, b) - incompleteBeta(x, a + 1, b)).toBeCloseTo(step, 11);
      }),
    );
  });

  it("is 0 and 1 at the ends", () => {
    expect(incompleteBeta(0, 2, 3)).toBe(0);
    expect(incompleteBeta(1, 2, 3)).toBe(1);
  });
});

describe("erf and erfc", () => {
  it("add up to 1 and are odd about the middle", () => {
    fc.assert(
      fc.property(fc.double({ min: -30, max: 30, noNaN: true }), (x) => {
        expect(erf(x) + erfc(x)).toBeCloseTo(1, 14);
        expect(erfc(x) + erfc(-x)).toBeCloseTo(2, 14);
        expect(erf(-x)).toBe(-erf(x));
      }),
    );
  });

  it("has the Gaussian as its slope", () => {
    for (const x of [-2.3, -1, -0.4, 0, 0.2, 0.99, 1.01, 1.8, 3]) {
      const slope = (erf(x + 1e-5) - erf(x - 1e-5)) / 2e-5;
      expect(slope).toBeCloseTo((2 / Math.sqrt(Math.PI)) * Math.exp(-x * x), 9);
    }
  });
});
