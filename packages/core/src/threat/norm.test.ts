import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dot } from "../linalg.ts";
import { l1, l2, linf, type Norm } from "./norm.ts";

interface Case {
  readonly center: Float64Array;
  readonly point: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly epsilon: number;
}

/** A center in a box (some of its sides of no width), and a point that may lie anywhere. */
const cases: fc.Arbitrary<Case> = fc
  .integer({ min: 1, max: 40 })
  .chain((d) => {
    const numbers = (min: number, max: number) =>
      fc.array(fc.oneof(fc.constantFrom(min, 0, max), fc.double({ min, max, noNaN: true })), {
        minLength: d,
        maxLength: d,
      });
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

function project(norm: Norm, { point, center, epsilon, lower, upper }: Case): Float64Array {
  const z = point.slice();
  norm.project(z, center, epsilon, lower, upper);
  return z;
}

const minus = (a: Float64Array, b: Float64Array) => a.map((value, i) => value - b[i]);
const distance = (a: Float64Array, b: Float64Array) => Math.hypot(...minus(a, b));

describe.each([l1, l2, linf])("projection on the intersection of $label ball and box", (norm) => {
  test("lies in ball and box", () => {
    fc.assert(
      fc.property(cases, (each) => {
        const z = project(norm, each);
        expect(norm.measure(minus(z, each.center))).toBeLessThanOrEqual(each.epsilon * (1 + 1e-12) + 1e-14);
        z.forEach((value, i) => {
          expect(value).toBeGreaterThanOrEqual(each.lower[i] - 1e-15);
          expect(value).toBeLessThanOrEqual(each.upper[i] + 1e-15);
        });
      }),
      { numRuns: 300 },
    );
  });

  test("is idempotent", () => {
    fc.assert(
      fc.property(cases, (each) => {
        const z = project(norm, each);
        expect(distance(project(norm, { ...each, point: z }), z)).toBeLessThanOrEqual(1e-12 * (1 + each.epsilon));
      }),
    );
  });

  test("makes an obtuse angle at the projection with every admissible point, so none is nearer", () => {
    fc.assert(
      fc.property(cases, cases, (each, other) => {
        const z = project(norm, each);
        const point = Float64Array.from(z, (_, i) => other.point[i % other.point.length]);
        const w = project(norm, { ...each, point });
        expect(dot(minus(each.point, z), minus(w, z))).toBeLessThanOrEqual(1e-9 * (1 + distance(each.point, z)));
      }),
      { numRuns: 500 },
    );
  });

  test("leaves admissible points alone", () => {
    fc.assert(
      fc.property(cases, fc.double({ min: 0, max: 1, noNaN: true }), (each, share) => {
        const z = project(norm, each);
        const inside = z.map((value, i) => each.center[i] + share * (value - each.center[i]));
        expect(distance(project(norm, { ...each, point: inside }), inside)).toBeLessThanOrEqual(1e-12);
      }),
    );
  });
});

describe.each([l1, l2, linf])("$label and its dual", (norm) => {
  const vectors = fc
    .integer({ min: 1, max: 20 })
    .chain((d) =>
      fc.tuple(
        fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: d, maxLength: d }),
        fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: d, maxLength: d }),
      ),
    );

  test("Hoelder: |a . b| <= ||a|| ||b||*, with equality at the best perturbation of Eq. (15)", () => {
    fc.assert(
      fc.property(vectors, ([a, b]) => {
        const [delta, gradient] = [Float64Array.from(a), Float64Array.from(b)];
        expect(dot(delta, gradient)).toBeLessThanOrEqual(
          norm.measure(delta) * norm.dual(gradient) * (1 + 1e-12) + 1e-12,
        );
        // The projection of a very long step along the gradient is the best perturbation of length 1.
        const best = gradient.map((g) => 1e7 * g);
        const far = new Float64Array(best.length).fill(10);
        norm.project(
          best,
          new Float64Array(best.length),
          1,
          far.map((x) => -x),
          far,
        );
        const sorted = gradient.map(Math.abs).sort();
        const tied = sorted.some((g, i) => i > 0 && g - sorted[i - 1] < 1e-3);
        const smallest = Math.min(...gradient.map(Math.abs).filter((g) => g > 0));
        if (!tied && smallest > 1e-3) expect(dot(best, gradient)).toBeCloseTo(norm.dual(gradient), 3);
      }),
    );
  });
});
