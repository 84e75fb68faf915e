// The figures of explanations: dots, lines and bands at the places that the numbers say.

import { parseHTML } from "linkedom";
import { expect, it } from "vitest";
import { regression } from "../stats/regression.ts";
import type { SweepResult } from "../study/sweep/sweep.ts";
import { correlationScatter, sweepErrors, sweepMetrics } from "./index.ts";

const { document } = parseHTML("<html><body></body></html>");
const circles = (svg: Element) => [...svg.querySelectorAll('g[data-mark="dot"] circle')];
const at = (element: Element, name: string) => Number(element.getAttribute(name));

it("the correlation scatter draws a dot per pair, the line through them, and the statistics", () => {
  const points = [0.1, 0.4, 0.6, 0.9].map((x, i) => ({ x, y: 2 * x - 0.1 * (i % 2), title: `pair ${i}` }));
  const line = regression(
    points.map(({ x }) => x),
    points.map(({ y }) => y),
  )!;
  const statistic = { x: "R", y: "rho", coefficient: "kendall", statistic: 0.667, n: 4, p: 0.3 } as const;
  const correlation = { ...statistic, permutationP: 1 / 100, permutations: 99, holmP: 0.3, holmPermutationP: 0.01 };
  const svg = correlationScatter(points, { x: "R", y: "rho" }, line, [correlation], { document });
  const dots = circles(svg);
  expect(dots.map((dot) => dot.querySelector("title")!.textContent)).toEqual(points.map(({ title }) => title));
  // One scale for all: pixels are an affine function of values, x to the right and y upwards.
  const slope = (at(dots[3], "cx") - at(dots[0], "cx")) / 0.8;
  expect(at(dots[1], "cx")).toBeCloseTo(at(dots[0], "cx") + 0.3 * slope, 3);
  expect(slope).toBeGreaterThan(0);
  expect(at(dots[3], "cy")).toBeLessThan(at(dots[0], "cy"));
  expect(svg.querySelectorAll('g[data-mark="line"] path')).toHaveLength(1);
  expect(svg.querySelectorAll('g[data-mark="area"] path')).toHaveLength(1);
  expect(svg.getAttribute("aria-label")).toContain("K 0.67 (p < 0.010101");
});

it("without a line there is none, and the dots remain", () => {
  const points = [1, 2].map((y) => ({ x: 0.5, y, title: "" }));
  const svg = correlationScatter(points, { x: "R", y: "rho" }, undefined, [], { document });
  expect(circles(svg)).toHaveLength(2);
  expect(svg.querySelector('g[data-mark="line"] path')).toBeNull();
});

const rate = (estimate: number) => ({ estimate, low: estimate - 0.01, high: estimate + 0.01, count: 1, n: 100 });
const sweep: SweepResult = {
  carom: "0",
  asked: {
    learner: "mlp",
    option: "weightDecay",
    values: [0.1, 0, 0.01],
    options: {},
    norm: "l2",
    epsilon: 1,
    sets: 2,
    seed: 0,
    dataHash: "",
  },
  trainingRows: 10,
  points: 100,
  models: [0.1, 0, 0.01].map((value, i) => ({
    value,
    cleanError: rate([0.06, 0.02, 0.03][i]),
    errorUnderAttack: rate([0.5, 0.9, 0.7][i]),
    size: rate([0.1, 0.9, 0.3][i]),
    variability: { perPoint: [0.001, 0.1, 0.01][i], ofMean: 0 },
  })),
  undefinedFor: [],
};

it("the sweep orders values, puts the attack above the clean error, and S and V on one log scale", () => {
  const errors = circles(sweepErrors(sweep, { document }));
  expect(errors).toHaveLength(6);
  const [attacked, clean] = [errors.slice(0, 3), errors.slice(3)];
  for (const [i, dot] of attacked.entries()) {
    expect(at(dot, "cy")).toBeLessThan(at(clean[i], "cy"));
    if (i > 0) {
      expect(at(dot, "cx")).toBeGreaterThan(at(attacked[i - 1], "cx"));
      expect(at(dot, "cy")).toBeGreaterThan(at(attacked[i - 1], "cy"));
    }
  }
  const metrics = circles(sweepMetrics(sweep, { document }));
  const [size, V] = [metrics.slice(0, 3).map((dot) => at(dot, "cy")), metrics.slice(3).map((dot) => at(dot, "cy"))];
  // V falls by tens, S by threes: on a log scale equal ratios are equal distances.
  expect(V[2] - V[1]).toBeCloseTo(V[1] - V[0], 3);
  expect((size[2] - size[1]) / (V[1] - V[0])).toBeCloseTo(Math.log10(3), 3);
});
