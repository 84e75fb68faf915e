// The compiled projection leaves the bits of the plain one, whatever the rows.

import fc from "fast-check";
import { expect, test } from "vitest";
import { projectL2 } from "./projectL2.ts";
import { projectOnL2 } from "./projectOnL2.ts";

/** Numbers of ordinary size, a few of which are none, or are without end. */
const number = fc.oneof(
  { weight: 30, arbitrary: fc.double({ min: -3, max: 3, noNaN: true }) },
  { weight: 6, arbitrary: fc.constantFrom(0, -0, 1) },
  { weight: 1, arbitrary: fc.constantFrom(1e9, -1e300, 1e-300, Number.POSITIVE_INFINITY, Number.NaN) },
);

const cases = fc
  .record({ d: fc.integer({ min: 60, max: 90 }), single: fc.boolean(), usual: fc.boolean(), epsilon: fc.nat(40) })
  .chain((about) => {
    const { d, usual } = about;
    const numbers = (of: fc.Arbitrary<number>) => fc.array(of, { minLength: d, maxLength: d });
    const own = usual ? fc.double({ min: 0, max: 1, noNaN: true }) : number;
    return fc.tuple(fc.constant(about), numbers(number), numbers(own), numbers(own), numbers(own));
  });

test("rows of any length, type, and budget, with and without what is not finite", () => {
  const meets = { inside: 0, onBall: 0 };
  fc.assert(
    fc.property(cases, ([{ single, usual, epsilon }, point, center, below, above]) => {
      const from = (values: readonly number[]) => (single ? Float32Array.from(values) : Float64Array.from(values));
      const middle = from(center);
      const lower = Float64Array.from(below, (room, i) => (usual ? 0 : middle[i] - Math.abs(room)));
      const upper = Float64Array.from(above, (room, i) => (usual ? 1 : middle[i] + Math.abs(room)));
      const [plain, compiled] = [from(point), from(point)];
      projectL2(plain, middle, epsilon / 8, lower, upper);
      projectOnL2(compiled, middle, epsilon / 8, lower, upper);
      expect(compiled.every((value, i) => Object.is(value, plain[i]))).toBe(true);
      const length = Math.hypot(...plain.map((value, i) => value - middle[i]));
      if (Number.isFinite(length)) meets[length < 0.999 * (epsilon / 8) ? "inside" : "onBall"]++;
    }),
    { numRuns: 600 },
  );
  // Both ends of the projection were met.
  expect(Math.min(meets.inside, meets.onBall)).toBeGreaterThan(20);
});
