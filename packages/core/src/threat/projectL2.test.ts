import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { projectL2 } from "./projectL2.ts";

interface Case {
  readonly center: Float64Array;
  readonly point: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly epsilon: number;
}

const cases: fc.Arbitrary<Case> = fc
  .integer({ min: 1, max: 40 })
  .chain((d) => {
    const numbers = (min: number, max: number) =>
      fc.array(fc.double({ min, max, noNaN: true }), { minLength: d, maxLength: d });
    return fc.record({
      share: numbers(0, 1),
      lower: numbers(-1, 0),
      width: numbers(0, 2),
      move: numbers(-3, 3),
      epsilon: fc.double({ min: 1e-6, max: 5, noNaN: true }),
    });
  })
  .map(({ share, lower, width, move, epsilon }) => {
    const upper = lower.map((low, i) => low + width[i]);
    const center = lower.map((low, i) => Math.min(upper[i], low + share[i] * width[i]));
    return {
      center: Float64Array.from(center),
      point: Float64Array.from(center, (value, i) => value + move[i]),
      lower: Float64Array.from(lower),
      upper: Float64Array.from(upper),
      epsilon,
    };
  });

function project({ point, center, epsilon, lower, upper }: Case): Float64Array {
  const z = point.slice();
  projectL2(z, center, epsilon, lower, upper);
  return z;
}

const distance = (a: Float64Array, b: Float64Array) => Math.hypot(...a.map((value, i) => value - b[i]));

describe("projection on the intersection of L2 ball and box", () => {
  test("lies in ball and box", () => {
    fc.assert(
      fc.property(cases, (each) => {
        const z = project(each);
        expect(distance(z, each.center)).toBeLessThanOrEqual(each.epsilon * (1 + 1e-12) + 1e-15);
        z.forEach((value, i) => {
          expect(value).toBeGreaterThanOrEqual(each.lower[i] - 1e-15);
          expect(value).toBeLessThanOrEqual(each.upper[i] + 1e-15);
        });
      }),
    );
  });

  test("is idempotent", () => {
    fc.assert(
      fc.property(cases, (each) => {
        const z = project(each);
        expect(distance(project({ ...each, point: z }), z)).toBeLessThanOrEqual(1e-12 * (1 + each.epsilon));
      }),
    );
  });

  test("makes an obtuse angle at the projection with every admissible point, so none is nearer", () => {
    fc.assert(
      fc.property(cases, cases, (each, other) => {
        const z = project(each);
        const d = z.length;
        const elsewhere = {
          ...each,
          point: Float64Array.from({ length: d }, (_, i) => other.point[i % other.point.length]),
        };
        const w = project(elsewhere);
        let inner = 0;
        for (let i = 0; i < d; i++) inner += (each.point[i] - z[i]) * (w[i] - z[i]);
        expect(inner).toBeLessThanOrEqual(1e-9 * (1 + distance(each.point, z)));
      }),
      { numRuns: 500 },
    );
  });

  test("leaves admissible points alone", () => {
    fc.assert(
      fc.property(cases, fc.double({ min: 0, max: 1, noNaN: true }), (each, share) => {
        const z = project(each);
        const inside = z.map((value, i) => each.center[i] + share * (value - each.center[i]));
        expect(distance(project({ ...each, point: inside }), inside)).toBeLessThanOrEqual(1e-12);
      }),
    );
  });
});
