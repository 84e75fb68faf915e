import fc from "fast-check";
import { expect, test } from "vitest";
import { classAt, howKnown, pixelsAt, placeOf, valueAt } from "./between.ts";
import type { Answer, AtBudget } from "./question/answer.ts";

/** Two digits of two pixels at budgets 0, 1 and 3, which move in straight lines. */
function straight(): Answer {
  const at = (epsilon: number): AtBudget => {
    const seen = {
      scores: Float64Array.of(1 - epsilon, epsilon - 1, 2, 2 * epsilon),
      losses: Float64Array.of(epsilon, 0),
    };
    return {
      epsilon,
      points: Float32Array.of(epsilon / 4, 0.5, 1 - epsilon / 4, 0),
      surrogate: seen,
      target: seen,
      errors: { surrogate: epsilon / 3, target: epsilon / 6 },
      rise: { predicted: epsilon, observed: 2 * epsilon, bound: 3 * epsilon },
    };
  };
  return {
    labels: Int32Array.of(0, 0),
    classNames: ["a", "b"],
    budgets: [at(0), at(1), at(3)],
    size: 3,
    alignment: 1 / 3,
  };
}

test("what moves in straight lines is met at every budget, computed or between", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 3, noNaN: true }), (epsilon) => {
      const place = placeOf(straight(), epsilon);
      expect(valueAt(place, ({ rise }) => rise.observed)).toBeCloseTo(2 * epsilon, 9);
      expect(pixelsAt(place, 0, 2)[0]).toBeCloseTo(epsilon / 4, 6);
      expect(pixelsAt(place, 1, 2)[0]).toBeCloseTo(1 - epsilon / 4, 6);
      expect(classAt(place, "target", 0)).toBe(epsilon > 1 ? 1 : 0);
      const { epsilon: nearest } = straight().budgets[place.nearest];
      expect(Math.abs(nearest - epsilon)).toBe(Math.min(...[0, 1, 3].map((each) => Math.abs(each - epsilon))));
    }),
  );
});

test("a budget that is computed is said to be, in six digits too; one between is not", () => {
  for (const epsilon of [0, 1, 1.000001, 2.999999, 3]) expect(howKnown(placeOf(straight(), epsilon))).toBe("computed");
  for (const epsilon of [0.01, 0.99, 1.01]) expect(howKnown(placeOf(straight(), epsilon))).toContain("interpolated");
});
