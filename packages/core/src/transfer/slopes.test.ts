// What differences along directions tell of a gradient nobody sees.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dot, norm } from "../linalg.ts";
import { stream } from "../random.ts";
import { mean } from "../stats/describe.ts";
import { probesAt, slopesAlong } from "./slopes.ts";

const vector = (seed: number, label: string, d: number) => {
  const random = stream(seed, label);
  return Float64Array.from({ length: d }, () => random.normal());
};

const cosine = (a: Float64Array, b: Float64Array) => dot(a, b) / (norm(a) * norm(b));

const worlds = fc.record({ seed: fc.nat(), d: fc.integer({ min: 1, max: 12 }), m: fc.integer({ min: 1, max: 15 }) });

describe("probes", () => {
  test("are orthonormal, span the gradients, and stay within the space", () => {
    fc.assert(
      fc.property(worlds, fc.nat(6), ({ seed, d, m }, random) => {
        const gradients = Array.from({ length: m }, (_, i) => vector(seed, `gradient ${i}`, d));
        // One of them twice, and one of zero, which spans nothing.
        const all = [...gradients, gradients[0].map((value) => -3 * value), new Float64Array(d)];
        const { directions, spanned, units } = probesAt(all, random, stream(seed, "random"));
        expect(spanned).toBe(Math.min(m, d));
        expect(directions.length).toBe(Math.min(d, spanned + random));
        directions.forEach((a, i) => {
          directions.forEach((b, j) => {
            expect(dot(a, b)).toBeCloseTo(Number(i === j), 9);
          });
        });
        all.slice(0, -1).forEach((gradient, s) => {
          const rebuilt = new Float64Array(d);
          for (let i = 0; i < spanned; i++) for (let k = 0; k < d; k++) rebuilt[k] += units[s]![i] * directions[i][k];
          for (let k = 0; k < d; k++) expect(rebuilt[k] * norm(gradient)).toBeCloseTo(gradient[k], 7);
        });
        expect(units.at(-1)).toBe(undefined);
      }),
      { numRuns: 50 },
    );
  });
});

describe("slopes", () => {
  test("are exact, and R too, where the directions fill the space", () => {
    fc.assert(
      fc.property(worlds, ({ seed, d, m }) => {
        const hidden = vector(seed, "hidden", d);
        const gradients = Array.from({ length: m }, (_, i) => vector(seed, `gradient ${i}`, d));
        const probes = probesAt(gradients, d, stream(seed, "random"));
        const { slopes, alignments } = slopesAlong(
          probes,
          Float64Array.from(probes.directions, (direction) => dot(hidden, direction)),
        );
        gradients.forEach((gradient, s) => {
          expect(alignments[s]).toBeCloseTo(cosine(gradient, hidden), 9);
          expect(slopes[s]).toBeCloseTo(norm(hidden) * cosine(gradient, hidden), 9);
        });
      }),
      { numRuns: 50 },
    );
  });

  test("with 16 random directions of 500: slopes exact, R right on average but for the bias that is stated", () => {
    const [d, repetitions, random] = [500, 300, 16];
    const hidden = vector(0, "hidden", d);
    // cos = 0.3 with the hidden gradient.
    const side = vector(0, "side", d);
    const across = side.map((value, k) => value - (dot(side, hidden) / dot(hidden, hidden)) * hidden[k]);
    const surrogate = across.map(
      (value, k) => 0.3 * (hidden[k] / norm(hidden)) + (Math.sqrt(0.91) * value) / norm(across),
    );
    const estimates = Array.from({ length: repetitions }, (_, r) => {
      const probes = probesAt([surrogate], random, stream(r, "random"));
      const found = slopesAlong(
        probes,
        Float64Array.from(probes.directions, (direction) => dot(hidden, direction)),
      );
      expect(found.slopes[0]).toBeCloseTo(0.3 * norm(hidden), 9);
      return found.alignments[0];
    });
    const bias = mean(estimates)! / 0.3 - 1;
    // 3 / (4 * 16) = 0.047 of which the part in the span takes some; the standard error of the mean is 0.011.
    expect(bias).toBeGreaterThan(0);
    expect(bias).toBeLessThan(0.08);
  });

  test("of a flat loss have no cosine, and a gradient of zero has neither", () => {
    const probes = probesAt([Float64Array.of(1, 0, 0), new Float64Array(3)], 1, stream(0, "random"));
    const flat = slopesAlong(probes, new Float64Array(probes.directions.length));
    expect([...flat.slopes]).toEqual([0, Number.NaN]);
    expect([...flat.alignments]).toEqual([Number.NaN, Number.NaN]);
  });
});
