import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tensor } from "../tensor.ts";
import { detectionScores, evasionRate, operatingPoint, rowsOfClass } from "./operatingPoint.ts";

const scoreLists = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -5, max: 5, noNaN: true })), {
  minLength: 1,
  maxLength: 60,
});

describe("operating point", () => {
  test("raises no more false alarms than allowed, and the next lower benign score would", () => {
    fc.assert(
      fc.property(scoreLists, fc.double({ min: 0, max: 0.99, noNaN: true }), (list, allowed) => {
        const benign = Float64Array.from(list);
        const { threshold, falseAlarms } = operatingPoint(benign, allowed);
        expect(falseAlarms.count).toBe(list.filter((score) => score > threshold).length);
        expect(falseAlarms.count / list.length).toBeLessThanOrEqual(allowed * (1 + 1e-9));
        const lower = Math.max(...list.filter((score) => score < threshold));
        if (Number.isFinite(lower)) {
          expect(list.filter((score) => score > lower).length / list.length).toBeGreaterThan(allowed);
        }
      }),
    );
  });

  test("0.5 % of 1,000 benign points is 5 of them", () => {
    const benign = Float64Array.from({ length: 1000 }, (_, i) => i);
    const point = operatingPoint(benign, 0.005);
    expect(point.threshold).toBe(994);
    expect(point.falseAlarms).toMatchObject({ count: 5, n: 1000 });
    expect(evasionRate(Float64Array.of(994, 994.5, 995, 0), point)).toMatchObject({ count: 2, n: 4, estimate: 0.5 });
  });

  test("detection scores are the class's score less the best other; 2 f for (-f, f)", () => {
    const scores = tensor("float32", [2, 3], [1, 4, 2, 5, -1, 0.5]);
    expect([...detectionScores(scores, 1)]).toEqual([2, -6]);
    expect([...detectionScores(tensor("float32", [2, 2], [-1.5, 1.5, 2, -2]), 1)]).toEqual([3, -4]);
  });

  test("one class alone is chosen by its label", () => {
    expect([...rowsOfClass(Int32Array.of(1, 0, 2, 1, 1), 1)]).toEqual([0, 3, 4]);
  });
});
