import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stream } from "../../random.ts";
import { type Norm, norms } from "../../threat/norm.ts";
import type { AttackContext, AttackState, Points } from "../attack.ts";
import { rowOf } from "../attack.ts";
import { type LineSearchOptions, lineSearchAttack } from "./lineSearch.ts";

const d = 12;
const lower = new Float64Array(d);
const upper = new Float64Array(d).fill(1);

interface World {
  readonly norm: Norm;
  readonly epsilon: number;
  readonly origin: Float64Array;
  value(x: Float64Array, row: number): number;
  slope(x: Float64Array, row: number): Float64Array;
}

function contextOf({ norm, epsilon, origin, value, slope }: World, counts = { scores: 0 }): AttackContext {
  const points: Points = { rows: origin.length / d, columns: d, data: origin };
  const project = (moved: Points, indices: Int32Array) =>
    indices.forEach((i, row) => {
      norm.project(rowOf(moved, row), rowOf(points, i), epsilon, lower, upper);
    });
  return {
    origin: points,
    shape: [d],
    corner: norm.measure(new Float64Array(d).fill(1)),
    labels: new Int32Array(points.rows),
    start: points,
    budget: () => epsilon,
    limit: () => epsilon,
    async objective(moved, indices) {
      counts.scores += moved.rows;
      return Float64Array.from(indices, (i, row) => value(rowOf(moved, row), i));
    },
    async gradient(moved, indices) {
      const data = new Float64Array(moved.data.length);
      indices.forEach((i, row) => {
        data.set(slope(rowOf(moved, row), i), row * d);
      });
      return { ...moved, data };
    },
    project,
    clip: () => {},
    unitLength() {},
    withinBudget() {},
    steepest(gradients) {
      for (let row = 0; row < gradients.rows; row++) norm.steepest(rowOf(gradients, row));
    },
    settle() {},
    isValid: ({ rows }) => new Uint8Array(rows).fill(1),
    moving: () => [],
    random: (index) => stream(0, "test", index),
  };
}

/** All states of an attack, the last one twice. */
async function statesOf(context: AttackContext, options?: LineSearchOptions): Promise<AttackState[]> {
  const states: AttackState[] = [];
  const attack = lineSearchAttack(options)(context);
  for (;;) {
    const { value, done } = await attack.next();
    states.push({ ...value, objective: value.objective.slice() });
    if (done) return states;
  }
}

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const rows = (n: number) =>
  fc.array(unit, { minLength: n * d, maxLength: n * d }).map((values) => Float64Array.from(values));
const budget = fc.double({ min: 0.05, max: 1.5, noNaN: true });

describe.each(Object.values(norms))("line search in the $label ball", (norm) => {
  test("finds the optimum of a linear objective with one gradient when the first step is the whole way", async () => {
    await fc.assert(
      fc.asyncProperty(rows(3), rows(3), budget, async (origin, weights, epsilon) => {
        const gradients = weights.map((weight) => weight - 0.5);
        const slope = (_: Float64Array, row: number) => gradients.subarray(row * d, (row + 1) * d);
        const value = (x: Float64Array, row: number) => x.reduce((sum, v, j) => sum + v * slope(x, row)[j], 0);
        const context = contextOf({ norm, epsilon, origin, value, slope });
        const state = (await statesOf(context, { firstShare: 1, maxIterations: 1 })).at(-1)!;
        // No random admissible point does better.
        const random = stream(1, "test", epsilon);
        for (let trial = 0; trial < 50; trial++) {
          const moved = { ...context.origin, data: origin.map((v) => v + 3 * epsilon * random.normal()) };
          context.project(moved, Int32Array.of(0, 1, 2));
          for (let row = 0; row < 3; row++) {
            expect(value(rowOf(moved, row), row)).toBeLessThanOrEqual(state.objective[row] + 1e-5);
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("line search on -||x - c||^2, whose optimum is the projection of c", () => {
  const world = (origin: Float64Array, peak: Float64Array, epsilon: number): World => ({
    norm: norms.l2,
    epsilon,
    origin,
    value: (x, row) => -x.reduce((sum, v, j) => sum + (v - peak[row * d + j]) ** 2, 0),
    slope: (x, row) => x.map((v, j) => -2 * (v - peak[row * d + j])),
  });

  test("comes within 1e-4 of it, inside the ball and on its border", async () => {
    await fc.assert(
      fc.asyncProperty(rows(4), rows(4), budget, async (origin, peak, epsilon) => {
        const each = world(origin, peak, epsilon);
        const { objective } = (await statesOf(contextOf(each))).at(-1)!;
        for (let row = 0; row < 4; row++) {
          const best = peak.slice(row * d, (row + 1) * d);
          norms.l2.project(best, origin.subarray(row * d, (row + 1) * d), epsilon, lower, upper);
          expect(objective[row]).toBeGreaterThan(each.value(best, row) - 1e-4);
          expect(objective[row]).toBeLessThan(each.value(best, row) + 1e-4);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("never lets a point get worse, and returns the state it last showed", async () => {
    await fc.assert(
      fc.asyncProperty(rows(4), rows(4), budget, async (origin, peak, epsilon) => {
        const each = world(origin, peak, epsilon);
        const states = await statesOf(contextOf(each));
        let last = Float64Array.from({ length: 4 }, (_, row) =>
          each.value(origin.subarray(row * d, (row + 1) * d), row),
        );
        for (const { objective } of states) {
          objective.forEach((value, row) => {
            expect(value).toBeGreaterThanOrEqual(last[row]);
          });
          last = Float64Array.from(objective);
        }
        const { points, objective } = states.at(-1)!;
        objective.forEach((value, row) => {
          expect(value).toBe(each.value(rowOf(points, row), row));
        });
      }),
      { numRuns: 30 },
    );
  });

  test("does not score a point again that is at the optimum already", async () => {
    const counts = { scores: 0 };
    const at = Float64Array.from({ length: 2 * d }, (_, i) => (i % 7) / 7);
    const states = await statesOf(contextOf(world(at, at, 0.5), counts));
    expect(counts.scores).toBe(2);
    expect(states.at(-1)!.active).toBe(0);
  });
});

describe("line search on values and slopes that are rounded to 24 bits, each runtime in its own way", () => {
  /** f(x) = b . x - |M (x - c)|^2 / 2 beside a level, of which what is left after rounding depends on the runtime. */
  const world = (norm: Norm, runtime: number): World => {
    const random = stream(3, "test", "rounded", norm.name);
    const numbers = (length: number, scale: number) => Float64Array.from({ length }, () => scale * random.normal());
    const [matrix, slope, center] = [numbers(d * d, 0.6), numbers(d, 1), numbers(d, 0.5).map((v) => v + 0.5)];
    const origin = Float64Array.from({ length: 20 * d }, () => random.uniform());
    const noise = stream(4, "test", "bits", runtime);
    const rounded = (value: number) => value * (1 + 2 ** -23 * (2 * noise.uniform() - 1));
    const image = (x: Float64Array) =>
      center.map((_, k) => x.reduce((sum, v, j) => sum + matrix[k * d + j] * (v - center[j]), 0));
    return {
      ...{ norm, origin, epsilon: norm === norms.l0 ? 4 : 0.7 },
      value: (x) =>
        rounded(3 + x.reduce((sum, v, j) => sum + slope[j] * v, 0) - image(x).reduce((s, v) => s + v * v, 0) / 2),
      slope(x) {
        const y = image(x);
        return slope.map((b, j) => rounded(b - y.reduce((sum, v, k) => sum + matrix[k * d + j] * v, 0)));
      },
    };
  };

  test.each(Object.values(norms))("in the $label ball ends at the same points", async (norm) => {
    const [first, ...others] = await Promise.all(
      [0, 1, 2].map(async (runtime) => (await statesOf(contextOf(world(norm, runtime)))).at(-1)!.points.data),
    );
    for (const other of others) {
      const differences = first.map((value, at) => Math.abs(value - other[at]));
      expect(differences.reduce((most, value) => Math.max(most, value))).toBeLessThan(norm === norms.l1 ? 5e-5 : 1e-5);
    }
  });
});
