import fc from "fast-check";
import { expect, test } from "vitest";
import { contour } from "./contours.ts";

const side = 9;
const grid = (f: (x: number, y: number) => number) =>
  Float64Array.from({ length: side * side }, (_, i) => f(i % side, Math.floor(i / side)));

test("of a plane every point of a contour has the level, and the line goes from edge to edge", () => {
  const slope = fc.double({ min: -3, max: 3, noNaN: true });
  fc.assert(
    fc.property(slope, slope, (a, b) => {
      fc.pre(Math.hypot(a, b) > 0.1);
      const level = 4 * a + 4 * b + 0.01;
      const segments = contour(
        grid((x, y) => a * x + b * y),
        side,
        level,
      );
      for (const [x, y] of segments.flat()) expect(a * x + b * y).toBeCloseTo(level, 9);
      const length = segments.reduce((sum, [p, q]) => sum + Math.hypot(p[0] - q[0], p[1] - q[1]), 0);
      expect(length).toBeGreaterThan(side - 2);
    }),
  );
});

test("around a summit the line closes: each of its points ends two segments", () => {
  const segments = contour(
    grid((x, y) => -((x - 4.1) ** 2) - (y - 3.9) ** 2),
    side,
    -6,
  );
  const ends = new Map<string, number>();
  for (const point of segments.flat()) {
    const key = point.map((value) => value.toFixed(9)).join();
    ends.set(key, (ends.get(key) ?? 0) + 1);
  }
  expect(segments.length).toBeGreaterThan(10);
  expect([...ends.values()].every((count) => count === 2)).toBe(true);
});
