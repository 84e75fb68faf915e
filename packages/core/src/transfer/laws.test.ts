// Laws of the first order: the dual norm, the bound of Eq. (16), and exactness where nothing bends.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dot } from "../linalg.ts";
import { tensor } from "../tensor.ts";
import { norms } from "../threat/norm.ts";
import { decompose, decomposition, linearisedIncreases } from "./decomposition.ts";
import { cosines, directions } from "./directions.ts";
import { attackAlignments, gradientAlignments, gradientSizes, predictedIncreases } from "./gradients.ts";

// Eighths: products of numbers near the smallest double would say more about doubles than about norms.
const vector = (d: number) =>
  fc.array(
    fc.integer({ min: -40, max: 40 }).map((eighths) => eighths / 8),
    { minLength: d, maxLength: d },
  );
const pair = fc.integer({ min: 1, max: 9 }).chain((d) => fc.tuple(vector(d), vector(d)));
const row = (values: readonly number[]) => tensor("float64", [1, values.length], Float64Array.from(values));
const all = Object.values(norms);

describe("Eq. (15)", () => {
  it.each(all)("$label: the steepest perturbation of length epsilon gains epsilon times the dual norm", (norm) => {
    fc.assert(
      fc.property(pair, fc.double({ min: 0.1, max: 9, noNaN: true }), ([g]: [number[], number[]], epsilon) => {
        const gained = linearisedIncreases(row(g), row(g), norm, epsilon)[0];
        expect(gained).toBeCloseTo(epsilon * norm.dual(Float64Array.from(g)), 8);
      }),
    );
  });

  it.each(all)("$label: no perturbation in the ball gains more", (norm) => {
    fc.assert(
      fc.property(pair, ([g, drawn]) => {
        // A feature that counts as changed may have changed by anything: the law is of one unit each.
        const delta = norm.name === "l0" ? drawn.map((value) => Math.max(-1, Math.min(1, value))) : drawn;
        const gain = dot(Float64Array.from(g), Float64Array.from(delta));
        const bound = norm.measure(Float64Array.from(delta)) * norm.dual(Float64Array.from(g));
        expect(gain).toBeLessThanOrEqual(bound + 1e-9);
      }),
    );
  });
});

describe("Eq. (16)", () => {
  it.each(all)("$label: what the surrogate's direction gains is at most the bound, and R of it for p = 2", (norm) => {
    fc.assert(
      fc.property(pair, ([h, g]) => {
        const gained = linearisedIncreases(row(h), row(g), norm, 2)[0];
        const bound = 2 * norm.dual(Float64Array.from(g));
        expect(gained).toBeLessThanOrEqual(bound + 1e-9);
        const [R] = gradientAlignments(row(h), row(g));
        if (norm.name !== "l2" || Number.isNaN(R)) return;
        expect(gained).toBeCloseTo(R * bound, 8);
      }),
    );
  });

  it("reaches the bound exactly where gradients are parallel, and falls short where they are not", () => {
    const g = [3, -4, 12];
    expect(linearisedIncreases(row(g.map((x) => 0.1 * x)), row(g), norms.l2, 1)[0]).toBeCloseTo(13, 12);
    expect(linearisedIncreases(row([3, -4, 11]), row(g), norms.l2, 1)[0]).toBeLessThan(13 - 1e-3);
  });
});

describe("linear scores with a linear loss", () => {
  it.each(all)("$label: predicted equals observed, nothing remains and all is explained", (norm) => {
    // Loss of point i on the target: g_i . x + b.
    const h = tensor("float64", [2, 3], [1, -2, 0.5, 0, 3, 1]);
    const g = tensor("float64", [2, 3], [2, -1, 0.25, -1, 1, 1]);
    const clean = tensor("float64", [2, 3], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
    const epsilon = 0.7;
    const moved = Float64Array.from(clean.data);
    for (let i = 0; i < 2; i++) {
      const step = Float64Array.from(h.data.subarray(3 * i, 3 * i + 3));
      norm.steepest(step);
      const length = norm.measure(step);
      for (let j = 0; j < 3; j++) moved[3 * i + j] += (epsilon * step[j]) / length;
    }
    const attacked = tensor("float64", [2, 3], moved);
    const loss = (x: Float64Array) =>
      Float64Array.from([0, 1], (i) => dot(g.data.subarray(3 * i, 3 * i + 3), x.subarray(3 * i, 3 * i + 3)) + 7);
    const result = decompose(
      loss(clean.data),
      loss(moved),
      predictedIncreases(clean, attacked, g),
      gradientSizes(g, norm),
      epsilon,
    );
    expect(result.observed).toBeCloseTo(result.firstOrder, 12);
    expect(result.remainder).toBeCloseTo(0, 12);
    expect(result.explained).toBeCloseTo(1, 12);
    expect(result.reached!).toBeLessThan(1);
    expect(result.bound * result.reached! + result.remainder).toBeCloseTo(result.observed, 12);
  });

  it("predicts for each row what it predicts for that row alone, to the bit", () => {
    const numbers = (count: number) => fc.float32Array({ minLength: count, maxLength: count, noNaN: true });
    const rows = fc
      .tuple(fc.nat(9), fc.integer({ min: 1, max: 7 }))
      .chain(([n, d]) => fc.tuple(fc.constant([n, d]), numbers(n * d), numbers(n * d), numbers(n * d)));
    fc.assert(
      fc.property(rows, ([shape, ...each]) => {
        const [clean, attacked, g] = each.map((values) => tensor("float32", shape, values));
        const alone = Array.from({ length: shape[0] }, (_, i) => {
          const [x, z, slopes] = each.map((values) => values.subarray(i * shape[1], (i + 1) * shape[1]));
          return slopes.reduce((sum, slope, j) => sum + (z[j] - x[j]) * slope, 0);
        });
        expect([...predictedIncreases(clean, attacked, g)]).toEqual(alone);
      }),
    );
  });

  it("leaves out shares of nothing, and calls opposite prediction unexplained", () => {
    expect(decomposition(0, 0, 0)).toEqual({ observed: 0, firstOrder: 0, remainder: 0, bound: 0 });
    expect(decomposition(1, -0.5, 2)).toMatchObject({ reached: -0.25, explained: 0 });
  });
});

describe("the alignment of what was crafted", () => {
  it("is 1 for the steepest way, R for a step of a linear surrogate under L2, and no more than 1 inside the ball", () => {
    fc.assert(
      fc.property(pair, fc.constantFrom(norms.l2, norms.linf), ([h, g], norm) => {
        const aligned = (step: Float64Array) => {
          const clean = tensor("float64", [1, g.length], new Float64Array(g.length));
          const increases = predictedIncreases(clean, tensor("float64", [1, g.length], step), row(g));
          return attackAlignments(increases, gradientSizes(row(g), norm), 1)[0];
        };
        const steepest = (of: readonly number[]) => {
          const step = Float64Array.from(of);
          norm.steepest(step);
          const length = norm.measure(step);
          return step.map((value) => value / length);
        };
        const [r] = gradientAlignments(row(h), row(g));
        if (!Number.isFinite(r)) return;
        expect(aligned(steepest(g))).toBeCloseTo(1, 5);
        expect(aligned(steepest(h))).toBeLessThan(1 + 1e-6);
        if (norm === norms.l2) expect(aligned(steepest(h))).toBeCloseTo(r, 5);
      }),
    );
  });
});

describe("directions", () => {
  it("give the cosines that rows have one by one", () => {
    fc.assert(
      fc.property(pair, ([h, g]) => {
        const [expected] = gradientAlignments(row(h), row(g));
        const [value] = cosines(directions(row(h)), directions(row(g)));
        if (Number.isFinite(expected)) expect(value).toBeCloseTo(expected, 5);
        else expect(value).toBeNaN();
      }),
    );
  });
});
