// Steps under L2: they end at exact projections, compiled loops as plain ones, and beside any graph of gradients.

import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { hostedLoops } from "../hostedLoops.ts";
import { stream } from "../random.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { projectL2 } from "../threat/projectL2.ts";
import { ascentNames } from "./ascentGraph.ts";
import type { Session } from "./runtime.ts";
import { placeRow, stepL2 } from "./stepL2.ts";
import { stepL2Module } from "./stepL2Loop.ts";
import { stepsBeside } from "./stepsBeside.ts";

/** What a row is drawn from; exponents are of 10. */
const drawn = fc.record({
  quarter: fc.integer({ min: 1, max: 60 }),
  seed: fc.nat(),
  /** The share of bounds that are 0, the size of others, and over how many orders of magnitude numbers spread. */
  closed: fc.double({ min: 0, max: 1, noNaN: true }),
  reach: fc.double({ min: -2, max: 1, noNaN: true }),
  spread: fc.double({ min: 0, max: 4, noNaN: true }),
  size: fc.double({ min: -38, max: 36, noNaN: true }),
  length: fc.double({ min: -2, max: 1, noNaN: true }),
  isDescent: fc.boolean(),
});

type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

/** A move within bounds, the bounds, and a gradient. */
function rowOf({ quarter, seed, closed, spread, reach, size, length, isDescent }: Drawn) {
  const columns = 4 * quarter;
  const [move, lower, upper, gradient, work] = [0, 1, 2, 3, 4].map((k) => k * columns);
  const random = stream(seed, "row");
  const spreadOut = (exponent: number) => 10 ** (exponent + spread * (random.uniform() - 0.5));
  const bound = () => (random.uniform() < closed ? 0 : spreadOut(reach));
  const numbers = new Float32Array(6 * columns);
  for (let j = 0; j < columns; j++) {
    [numbers[lower + j], numbers[upper + j]] = [-bound(), bound()];
    const value = random.normal() / Math.sqrt(columns);
    numbers[move + j] = Math.min(Math.max(value, numbers[lower + j]), numbers[upper + j]);
    numbers[gradient + j] = random.normal() * spreadOut(size);
  }
  const places = { move, lower, upper, gradient, work };
  return { numbers, columns, places, length: (isDescent ? -1 : 1) * 10 ** length };
}

/** Where a step from a move along a gradient ends, in float64. */
function exactStep(
  move: Float64Array,
  gradient: Float64Array,
  length: number,
  lower: Float64Array,
  upper: Float64Array,
) {
  const size = Math.hypot(...gradient);
  const end = move.map((value, j) => value + (size > 0 ? (length * gradient[j]) / size : 0));
  projectL2(end, new Float64Array(move.length), 1, lower, upper);
  return end;
}

const compiled = hostedLoops<"step" | "place">(stepL2Module)(2 ** 16)!;

test("steps end at exact projections up to the rounding of float32, be bounds, ball or both in the way", () => {
  const counts = { inside: 0, atBounds: 0, atBall: 0, atBoth: 0 };
  fc.assert(
    fc.property(drawn, (each) => {
      const { numbers, columns, places, length } = rowOf(each);
      const part = (from: number) => Float64Array.from(numbers.subarray(from, from + columns));
      const [lower, upper, gradient] = [places.lower, places.upper, places.gradient].map(part);
      const exact = exactStep(part(places.move), gradient, length, lower, upper);
      const squared = stepL2(numbers, places, columns, length);
      expect(Math.sqrt(squared) / Math.hypot(...gradient)).toBeCloseTo(1, 12);
      const moved = part(places.move);
      expect(Math.hypot(...moved.map((value, j) => value - exact[j]))).toBeLessThan(1e-6);
      expect(Math.hypot(...moved)).toBeLessThan(1 + 1e-6);
      const isAtBounds = moved.some((value, j) => value !== 0 && (value === lower[j] || value === upper[j]));
      const isAtBall = Math.hypot(...moved) > 1 - 1e-6;
      counts[isAtBall ? (isAtBounds ? "atBoth" : "atBall") : isAtBounds ? "atBounds" : "inside"]++;
    }),
    { numRuns: 2000 },
  );
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(50);
});

test("a point of the set stays where the gradient is 0 or the step has no length, up to rounding", () => {
  fc.assert(
    fc.property(drawn, fc.boolean(), (each, isFlat) => {
      const { numbers, columns, places, length } = rowOf(each);
      stepL2(numbers, places, columns, length);
      const before = numbers.slice(0, columns);
      if (isFlat) numbers.fill(0, places.gradient, places.gradient + columns);
      stepL2(numbers, places, columns, isFlat ? length : 0);
      before.forEach((value, j) => {
        expect(Math.abs(numbers[j] - value)).toBeLessThan(1e-6);
      });
    }),
  );
});

test("compiled loops do what plain ones do, to the last bit", () => {
  const bytesOf = (at: Record<string, number>) => Object.values(at).map((place) => 4 * place);
  fc.assert(
    fc.property(drawn, fc.double({ min: 0, max: 100, noNaN: true }), (each, budget) => {
      const { numbers, columns, places, length } = rowOf(each);
      const memory = new Float32Array(compiled.memory.buffer, 0, numbers.length);
      memory.set(numbers);
      const [a, b, c, d, e] = bytesOf(places);
      const squared = compiled.loops.step(a, b, c, d, e, 4 * columns, length);
      expect(squared).toBe(stepL2(numbers, places, columns, length));
      expect(memory).toEqual(numbers);
      const ends = { move: places.move, origin: places.gradient, into: places.work };
      const [from, origin, into] = bytesOf(ends);
      compiled.loops.place(from, origin, into, 4 * columns, budget);
      placeRow(numbers, ends, columns, budget);
      expect(memory).toEqual(numbers);
    }),
  );
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])(
  "where a slope is %s the move stays, and the result says so",
  (slope) => {
    const { numbers, columns, places } = rowOf({ ...fc.sample(drawn, { seed: 1, numRuns: 1 })[0], quarter: 5 });
    numbers[places.gradient + 7] = slope;
    const before = numbers.slice(0, columns);
    const memory = new Float32Array(compiled.memory.buffer, 0, numbers.length);
    memory.set(numbers);
    const { move, lower, upper, gradient, work } = places;
    expect(
      compiled.loops.step(4 * move, 4 * lower, 4 * upper, 4 * gradient, 4 * work, 4 * columns, 1),
    ).not.toBeLessThan(Number.POSITIVE_INFINITY);
    expect(stepL2(numbers, places, columns, 1)).not.toBeLessThan(Number.POSITIVE_INFINITY);
    for (const each of [numbers, memory]) expect(each.subarray(0, columns)).toEqual(before);
  },
);

/** Gradients of a smooth function of each row. */
function gradientAt(points: ArrayLike<number>, at: number, columns: number): Float64Array {
  return Float64Array.from(
    { length: columns },
    (_, j) => Math.cos(3 * points[at + j] + j) + points[at + ((j + 1) % columns)],
  );
}

/** Some rows' steps beside that function, and the same in float64. */
async function bothWays(seed: number, rows: number, columns: number, steps: number, beside = stepsBeside) {
  const random = stream(seed, "rows");
  const origin = Float32Array.from({ length: rows * columns }, () => random.uniform());
  const budgets = Float32Array.from({ length: rows }, () => 0.2 + 2 * random.uniform());
  const bound = (side: number) => origin.map((value, k) => (side - value) / budgets[Math.floor(k / columns)]);
  const flat = (data: Float32Array) => tensor("float32", [rows, columns], data);
  const [lower, upper] = [bound(0), bound(1)];
  const part: Record<string, Tensor> = {
    [ascentNames.moves]: flat(new Float32Array(rows * columns)),
    [ascentNames.origin]: flat(origin),
    [ascentNames.lower]: flat(lower),
    [ascentNames.upper]: flat(upper),
    [ascentNames.labels]: tensor("int32", [rows], new Int32Array(rows)),
    [ascentNames.budgets]: tensor("float32", [rows, 1], budgets),
  };
  const session = {
    async run({ x }: Record<string, Tensor>) {
      const data = new Float32Array(rows * columns);
      for (let i = 0; i < rows; i++) data.set(gradientAt(x.data as Float32Array, i * columns, columns), i * columns);
      return { g: flat(data) };
    },
  } as unknown as Session;
  const names = { input: "x", labels: "y", gradient: "g", inputShape: [columns] };
  const [moved, check] = await beside(session, names, { steps, length: 0.3 })(part);
  expect([...check.data]).toEqual(new Array(rows).fill(0));
  let apart = 0;
  for (let i = 0; i < rows; i++) {
    const own = (values: Float32Array) => Float64Array.from(values.subarray(i * columns, (i + 1) * columns));
    const center = own(origin);
    let move = new Float64Array(columns);
    for (let k = 0; k < steps; k++) {
      const point = center.map((value, j) => value + budgets[i] * move[j]);
      move = exactStep(move, gradientAt(point, 0, columns), 0.3, own(lower), own(upper));
    }
    own(moved.data as Float32Array).forEach((value, j) => {
      apart = Math.max(apart, Math.abs(value - move[j]));
    });
  }
  return { apart, moved: moved.data as Float32Array };
}

const shapes = fc.tuple(
  fc.nat(),
  fc.integer({ min: 1, max: 6 }),
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 1, max: 5 }),
);

test("steps of rows of any length are those of float64, without WebAssembly the same to the last bit", async () => {
  vi.stubGlobal("WebAssembly", undefined);
  vi.resetModules();
  const plain = (await import("./stepsBeside.ts")).stepsBeside;
  await fc.assert(
    fc.asyncProperty(shapes, async (shape) => {
      vi.stubGlobal("WebAssembly", undefined);
      const { moved } = await bothWays(...shape, plain);
      vi.unstubAllGlobals();
      const own = await bothWays(...shape);
      expect(own.moved).toEqual(moved);
      expect(own.apart).toBeLessThan(1e-4);
    }),
    { numRuns: 60 },
  );
});

test("those that take turns do not see each other", async () => {
  const cases = [1, 2, 3].map((seed) => [seed, 4, 8 * seed + 1, 3] as const);
  const together = await Promise.all(cases.map((each) => bothWays(...each)));
  for (const [k, each] of cases.entries()) expect((await bothWays(...each)).moved).toEqual(together[k].moved);
});
