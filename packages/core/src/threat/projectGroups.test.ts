// The projection with groups against Dykstra's alternating projections, which solve the same quadratic problem.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { norms } from "./norm.ts";
import { projectGroups } from "./projectGroups.ts";

interface Case {
  readonly groups: readonly Int32Array[];
  readonly move: Float64Array;
  readonly epsilon: number;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

const number = (min: number, max: number) =>
  fc.integer({ min: Math.round(min * 1000), max: Math.round(max * 1000) }).map((value) => value / 1000);

const cases: fc.Arbitrary<Case> = fc
  .record({
    sizes: fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 1, maxLength: 2 }),
    singles: fc.nat(3),
    numbers: fc.infiniteStream(number(0, 1)),
    epsilon: number(0.05, 3),
  })
  .map(({ sizes, singles, numbers, epsilon }) => {
    const next = () => numbers.next().value as number;
    const starts = sizes.map((_, k) => sizes.slice(0, k).reduce((a, b) => a + b, 0));
    const groups = sizes.map((size, k) => Int32Array.from({ length: size }, (_, j) => starts[k] + j));
    const d = sizes.reduce((a, b) => a + b, singles);
    const vector = (of: () => number) => Float64Array.from({ length: d }, of);
    return {
      groups,
      epsilon,
      move: vector(() => 4 * (next() - 0.5)),
      lower: vector(() => -2 * next()),
      upper: vector(() => 2 * next()),
    };
  });

/** Dykstra, 1983: the limit of alternating projections with corrections is the projection on the intersection. */
function dykstra(norm: Exclude<keyof typeof norms, "l0">, { groups, move, epsilon, lower, upper }: Case): Float64Array {
  const d = move.length;
  const [zero, least, most] = [0, -1e9, 1e9].map((value) => new Float64Array(d).fill(value));
  const sets: ((x: Float64Array) => void)[] = [
    (x) => norms[norm].project(x, zero, epsilon, least, most),
    (x) => x.forEach((value, j) => void (x[j] = Math.min(Math.max(value, lower[j]), upper[j]))),
    ...groups.map((group) => (x: Float64Array) => {
      const mean = group.reduce((sum, j) => sum + x[j], 0) / group.length;
      for (const j of group) x[j] -= mean;
    }),
  ];
  const x = move.slice();
  const corrections = sets.map(() => new Float64Array(d));
  for (let round = 0; round < 20_000; round++) {
    let change = 0;
    sets.forEach((project, s) => {
      const before = x.map((value, j) => value + corrections[s][j]);
      const after = before.slice();
      project(after);
      corrections[s] = before.map((value, j) => value - after[j]);
      after.forEach((value, j) => {
        change = Math.max(change, Math.abs(value - x[j]));
      });
      x.set(after);
    });
    if (change < 1e-11) break;
  }
  return x;
}

describe.each(["l1", "l2", "linf"] as const)("in the ball of %s", (norm) => {
  const projected = ({ groups, move, epsilon, lower, upper }: Case) => {
    const point = move.slice();
    projectGroups(norm, groups, point, epsilon, lower, upper);
    return point;
  };

  test("the point is the one that Dykstra's projections find, in ball, box and groups", () => {
    fc.assert(
      fc.property(cases, (each) => {
        const point = projected(each);
        const other = dykstra(norm, each);
        point.forEach((value, j) => {
          expect(Math.abs(value - other[j])).toBeLessThan(2e-4);
          expect(value >= each.lower[j] && value <= each.upper[j]).toBe(true);
        });
        expect(norms[norm].measure(point)).toBeLessThanOrEqual(each.epsilon * (1 + 1e-9));
        for (const group of each.groups)
          expect(Math.abs(group.reduce((sum, j) => sum + point[j], 0))).toBeLessThan(1e-9);
        // No other point that both find is nearer.
        const distance = (x: Float64Array) => Math.hypot(...x.map((value, j) => value - each.move[j]));
        expect(distance(point)).toBeLessThanOrEqual(distance(other) + 1e-6);
      }),
      { numRuns: 60 },
    );
  });

  test("a projected point stays where it is", () => {
    fc.assert(
      fc.property(cases, (each) => {
        const once = projected(each);
        const twice = projected({ ...each, move: once });
        twice.forEach((value, j) => {
          expect(Math.abs(value - once[j])).toBeLessThan(1e-9);
        });
      }),
    );
  });
});
