// The projection on points that differ in few features, against all subsets that could be kept.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { admissible } from "../attacks/admissible.ts";
import { pointsOf } from "../attacks/latePoints.ts";
import { uniformDomain } from "../data/domain.ts";
import { tensor } from "../tensor.ts";
import { l0, l0Of } from "./norm.ts";
import { projectGroups } from "./projectGroups.ts";
import { normOfSteps, scaledNorm } from "./scaledNorm.ts";
import { settle } from "./settle.ts";
import { checkThreat, moveOf } from "./threat.ts";

const number = (min: number, max: number) =>
  fc.integer({ min: Math.round(min * 1000), max: Math.round(max * 1000) }).map((value) => value / 1000);

/** Up to eight features, the first ones perhaps in a group, one of a group or of none perhaps not counted. */
const cases = fc
  .record({
    d: fc.integer({ min: 1, max: 8 }),
    group: fc.integer({ min: 0, max: 4 }),
    uncounted: fc.boolean(),
    count: fc.integer({ min: 0, max: 8 }),
    numbers: fc.infiniteStream(number(0, 1)),
  })
  .map(({ d, group, uncounted, count, numbers }) => {
    const next = () => numbers.next().value as number;
    const size = group >= 2 && group <= d ? group : 0;
    const vector = (of: () => number) => Float64Array.from({ length: d }, of);
    const blocks = Int32Array.from({ length: d }, (_, j) => (j < size ? 0 : j));
    if (uncounted && d > size) blocks[d - 1] = -1;
    return {
      ...{ count, blocks },
      group: Int32Array.from({ length: size }, (_, j) => j),
      center: vector(() => 4 * (next() - 0.5)),
      move: vector(() => (next() < 0.2 ? 0 : 6 * (next() - 0.5))),
      below: vector(() => (next() < 0.2 ? 0 : 2 * next())),
      above: vector(() => (next() < 0.2 ? 0 : 2 * next())),
    };
  });

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

const square = (v: Float64Array) => v.reduce((sum, value) => sum + value * value, 0);

/** The least square of the distance over all subsets of blocks, each kept block at its nearest admissible move. */
function leastOfSubsets({ count, blocks, group, move, below, above }: Case): number {
  const nearest = move.map((value, j) => Math.min(Math.max(value, -below[j]), above[j]));
  if (group.length > 0) {
    const own = move.slice(0, group.length);
    const bounds = [below.map((value) => -value), above].map((each) => each.slice(0, group.length));
    projectGroups("linf", [group], own, Number.POSITIVE_INFINITY, bounds[0], bounds[1]);
    nearest.set(own);
  }
  const counted = [...new Set(blocks)].filter((block) => block >= 0);
  let least = Number.POSITIVE_INFINITY;
  for (let subset = 0; subset < 2 ** counted.length; subset++) {
    const kept = counted.filter((_, at) => (subset >> at) & 1);
    if (kept.length > count) continue;
    const z = nearest.map((value, j) => (blocks[j] < 0 || kept.includes(blocks[j]) ? value : 0));
    least = Math.min(least, square(z.map((value, j) => value - move[j])));
  }
  return least;
}

function projected({ count, blocks, group, center, move, below, above }: Case, from = move): Float64Array {
  const d = center.length;
  const lower = center.map((value, j) => value - below[j]);
  const upper = center.map((value, j) => value + above[j]);
  const rules = { definitions: [], relations: [], tolerance: 1e-6, units: new Float64Array(d).fill(1) };
  const threat = {
    norm: l0Of(blocks),
    epsilon: count,
    domain: { lower, upper },
    ...(group.length > 0 && { rules: { ...rules, groups: [group], values: new Array<undefined>(d).fill(undefined) } }),
  };
  const origin = pointsOf(tensor("float64", [1, d], center));
  const point = { ...origin, data: center.map((value, j) => value + from[j]) };
  admissible(threat, origin, "float64").project(point, Int32Array.of(0));
  return point.data.map((value, j) => value - center[j]);
}

describe("the projection on the L0 ball and the box", () => {
  test("changes no more features than it may, groups once, and is as near as any subset lets it be", () => {
    fc.assert(
      fc.property(cases, (each) => {
        const z = projected(each);
        expect(l0Of(each.blocks).measure(z)).toBeLessThanOrEqual(each.count);
        z.forEach((value, j) => {
          expect(value).toBeGreaterThanOrEqual(-each.below[j] - 1e-12);
          expect(value).toBeLessThanOrEqual(each.above[j] + 1e-12);
        });
        expect(Math.abs(each.group.reduce((sum, j) => sum + z[j], 0))).toBeLessThan(1e-9);
        const distance = square(z.map((value, j) => value - each.move[j]));
        expect(Math.abs(distance - leastOfSubsets(each))).toBeLessThan(1e-9);
      }),
      { numRuns: 2000 },
    );
  });

  test("is idempotent", () => {
    fc.assert(
      fc.property(cases, (each) => {
        const once = Float64Array.from(projected(each));
        projected(each, once).forEach((value, j) => {
          expect(value).toBeCloseTo(once[j], 9);
        });
      }),
      { numRuns: 500 },
    );
  });

  test("leaves what it does not keep at its very origin", () => {
    const center = Float64Array.of(0.1, 0.7, 0.3);
    const point = Float64Array.of(0.9, 0.75, 0.1);
    l0.project(point, center, 1, new Float64Array(3), new Float64Array(3).fill(1));
    expect([...point]).toEqual([0.9, 0.7, 0.3]);
  });
});

test("the count is the same in all units, and steps are measured by the longest change in them", () => {
  const units = Float64Array.of(10, 0.5, 3);
  const scaled = scaledNorm(l0Of(Int32Array.of(0, 0, -1)), units);
  expect(scaled.label).toBe("L0");
  expect(scaled.measure(Float64Array.of(1, -4, 7))).toBe(1);
  expect(normOfSteps(scaled).measure(Float64Array.of(5, 1, 0))).toBe(2);
  expect(normOfSteps(l0).measure(Float64Array.of(5, 1, 0))).toBe(5);
  // Which change is the largest is asked in units: here 2 of 0.5 before 5 of 10.
  const point = Float64Array.of(5, 1, 0);
  scaledNorm(l0, units).project(point, new Float64Array(3), 1, new Float64Array(3), new Float64Array(3).fill(9));
  expect([...point]).toEqual([0, 1, 0]);
});

test("the dual: no change of at most k features by at most one unit each gains more than k times the largest slope", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(number(-1, 1), number(-3, 3)), { minLength: 1, maxLength: 9 }), (pairs) => {
      const [move, gradient] = [0, 1].map((at) => Float64Array.from(pairs, (pair) => pair[at]));
      const gain = move.reduce((sum, value, j) => sum + value * gradient[j], 0);
      expect(gain).toBeLessThanOrEqual(l0.measure(move) * l0.dual(gradient) + 1e-12);
      const best = gradient.map(() => 0);
      const top = gradient.reduce((most, value, j) => (Math.abs(value) > Math.abs(gradient[most]) ? j : most), 0);
      best[top] = Math.sign(gradient[top]);
      expect(best[top] * gradient[top]).toBe(l0.dual(gradient));
    }),
  );
});

test("a value that float32 only rounds did not change; one of float64 that differs did", () => {
  const origin = Float64Array.of(0.1, 0.2, 1 / 3);
  const threat = { norm: l0, epsilon: 1, domain: uniformDomain(3, 0, 1) };
  const point = Float64Array.of(0.1, 0.9, 1 / 3);
  expect(settle(threat, point, origin, 1, "float32")).toBe(1);
  expect([...point]).toEqual([0.1, 0.9, 1 / 3].map(Math.fround));
  expect(moveOf(l0, Math.fround(0.1), 0.1, "float64")).not.toBe(0);
});

test("a budget that is no number of features is refused", () => {
  const domain = uniformDomain(3, 0, 1);
  expect(() => checkThreat({ norm: l0, epsilon: 1.5, domain }, 3)).toThrow(
    /^invalid budget of L0: expected a whole number of features, got 1.5/,
  );
});
