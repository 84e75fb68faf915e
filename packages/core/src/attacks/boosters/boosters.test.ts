// Each booster against its published formula, written once more over the questions that were asked; and where it is
// nothing.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { boxPoints, openLinear, randomFunctions } from "../../../test/linearWorld.ts";
import { denseRows } from "../../data/dataset.ts";
import { uniformDomain } from "../../data/domain.ts";
import { stream } from "../../random.ts";
import { type Norm, norms } from "../../threat/norm.ts";
import { scaledNorm } from "../../threat/scaledNorm.ts";
import type { AttackContext, Points, Step } from "../attack.ts";
import { direction } from "../directions.ts";
import { pgdAttack } from "../evasion/pgd.ts";
import { runAttack } from "../run.ts";
import { chooseBooster, type Estimate } from "./booster.ts";
import { boosterByName } from "./index.ts";
import { withBoosters } from "./withBoosters.ts";

const d = 7;
const budget = 0.3;
const all = Int32Array.of(0, 1);

/** A context of two points in a box that is far away, unless it is told to be near. */
function contextOf(norm: Norm, side = 1e6): AttackContext {
  const random = stream(1, "origin");
  const origin: Points = { rows: 2, columns: d, data: Float64Array.from({ length: 2 * d }, () => random.normal()) };
  return {
    origin,
    start: origin,
    shape: [d],
    ...(norm.units && { units: norm.units }),
    corner: norm.measure(norm.units ?? new Float64Array(d).fill(1)),
    budget: (i: number) => budget * (1 + i),
    clip({ data }: Points) {
      for (let at = 0; at < data.length; at++) data[at] = Math.min(side, Math.max(-side, data[at]));
    },
    random: (index: number, ...labels: (string | number)[]) => stream(5, index, ...labels),
  } as Partial<AttackContext> as AttackContext;
}

/** The gradient of a quartic, in a closed form whose curvature no booster can guess; keeps what it was asked about. */
function curved(asked: Float64Array[]): Estimate {
  return async (points) => {
    asked.push(points.data.slice());
    return { ...points, data: slopes(points.data) };
  };
}
const slopes = (x: Float64Array) =>
  x.map((value, at) => Math.sin(2 * value + at) + 0.3 * value ** 3 - 0.5 * x[at % d === 0 ? at : at - 1]);

const units = Float64Array.from({ length: d }, (_, j) => 0.5 + j);
const measured = [norms.l1, norms.l2, norms.linf, scaledNorm(norms.linf, units), scaledNorm(norms.l2, units)];
const stepOf = (iteration: number): Step => ({ iteration, stepSize: 0.2, momentum: 0.9 });

const near = (got: ArrayLike<number>, wanted: ArrayLike<number>) => {
  expect(got.length).toBe(wanted.length);
  for (let at = 0; at < got.length; at++) expect(got[at]).toBeCloseTo(wanted[at], 10);
};

/** Row by row: what a move by one unit of each feature times a direction is, for a length in budgets. */
const moves = (norm: Norm, directions: Float64Array, length: number) =>
  directions.map((value, at) => {
    const unit = norm.units?.[at % d] ?? 1;
    const corner = { l0: 1, l1: d, l2: Math.sqrt(d), linf: 1 }[norm.name];
    return (length * budget * (1 + Math.floor(at / d)) * unit * value) / corner;
  });

const directionsOf = (gradients: Float64Array, norm: Norm) => {
  const rows = [0, 1].map((row) => {
    const inUnits = Array.from(gradients.subarray(row * d, (row + 1) * d), (g, j) => g * (norm.units?.[j] ?? 1));
    const mean = inUnits.reduce((sum, g) => sum + Math.abs(g), 0) / d;
    return inUnits.map((g) => g / mean);
  });
  return Float64Array.from(rows.flat());
};

const mean = (rows: readonly Float64Array[]) =>
  rows[0].map((_, at) => rows.reduce((sum, row) => sum + row[at], 0) / rows.length);
const plus = (a: Float64Array, b: Float64Array, scale = 1) => a.map((value, at) => value + scale * b[at]);

/** A booster over the curved function, and the points that it asked about. */
function built(name: string, norm: Norm, options: object = {}, context = contextOf(norm)) {
  const asked: Float64Array[] = [];
  const threat = { norm, domain: uniformDomain(d, -1e6, 1e6) };
  const { booster, options: checked } = chooseBooster(boosterByName(name), { ...options }, threat, [d]);
  return { estimate: booster.wrap(curved(asked), checked, context), asked, context, booster, checked };
}

/**
 * Neighbours lie in the cube whose corners are `radius` budgets away, on all sides of the point and differently each.
 */
function expectNeighbours(points: readonly Float64Array[], center: Float64Array, norm: Norm, radius: number) {
  const half = moves(norm, new Float64Array(2 * d).fill(1), radius);
  const shares = points.flatMap((point) => Array.from(point, (value, at) => (value - center[at]) / half[at]));
  expect(Math.max(...shares.map(Math.abs))).toBeLessThanOrEqual(1 + 1e-9);
  expect(new Set(shares.map((share) => share.toFixed(9))).size).toBe(shares.length);
  const count = shares.length;
  // A uniform variable on [-1, 1] has mean 0 and mean square 1/3, of deviations 1/sqrt(3) and sqrt(4/45); five of them.
  expect(Math.abs(shares.reduce((sum, share) => sum + share, 0) / count)).toBeLessThan(5 / Math.sqrt(3 * count));
  const square = shares.reduce((sum, share) => sum + share * share, 0) / count;
  expect(Math.abs(square - 1 / 3)).toBeLessThan(5 * Math.sqrt(4 / 45 / count));
}

describe.each(measured)("under $label", (norm) => {
  const x = contextOf(norm).origin;

  test("NI asks ahead by what is kept of the velocity", async () => {
    const { estimate, asked } = built("ni", norm);
    const velocity = { ...x, data: x.data.map((value) => 2 * value) };
    const { data } = await estimate(x, all, { ...stepOf(3), velocity });
    const ahead = plus(x.data, moves(norm, velocity.data, 0.2 * 0.9));
    near(asked[0], ahead);
    near(data, slopes(ahead));
  });

  test("VMI adds the variance around the iterate before", async () => {
    const options = { neighbours: 6, radius: 1.5 };
    const { estimate, asked } = built("vmi", norm, options);
    near((await estimate(x, all, stepOf(0))).data, slopes(x.data));
    expect(asked).toHaveLength(7);
    expectNeighbours(asked.slice(1), x.data, norm, 1.5);
    const variance = plus(mean(asked.slice(1).map(slopes)), slopes(x.data), -1);
    const next = { ...x, data: x.data.map((value) => value + 0.1) };
    near((await estimate(next, all, stepOf(1))).data, plus(slopes(next.data), variance));
    const again = plus(mean(asked.slice(8).map(slopes)), slopes(next.data), -1);
    // Rows that come alone, in another order, find what was kept for them.
    const second = Int32Array.of(1);
    const row = { rows: 1, columns: d, data: x.data.slice(d) };
    near((await estimate(row, second, stepOf(2))).data, plus(slopes(row.data), again.slice(d)));
  });

  test("EMI takes the mean along the last direction", async () => {
    const { estimate, asked } = built("emi", norm, { copies: 5, radius: 4 });
    const first = await estimate(x, all, stepOf(0));
    near(first.data, slopes(x.data));
    const last = directionsOf(Float64Array.from(first.data), norm);
    const second = await estimate(x, all, stepOf(1));
    const wanted = [-4, -2, 0, 2, 4].map((c) => plus(x.data, moves(norm, last, c * 0.2)));
    for (const [copy, point] of wanted.entries()) near(asked[5 + copy], point);
    near(second.data, mean(wanted.map(slopes)));
  });

  test("GRA weighs the gradient and the mean around it by their cosine", async () => {
    const { estimate, asked } = built("gra", norm, { neighbours: 6 });
    const { data } = await estimate(x, all, stepOf(0));
    expectNeighbours(asked.slice(1), x.data, norm, 3.5);
    const around = mean(asked.slice(1).map(slopes));
    const own = slopes(x.data);
    for (const row of [0, 1]) {
      const [g, h, got] = [own, around, Float64Array.from(data)].map((each) => each.subarray(row * d, (row + 1) * d));
      const s = g.reduce((sum, value, j) => sum + value * h[j], 0) / (Math.hypot(...g) * Math.hypot(...h));
      near(
        got,
        g.map((value, j) => s * value + (1 - s) * h[j]),
      );
    }
  });

  test("PGN adds gradients one step down from neighbours", async () => {
    const { estimate, asked } = built("pgn", norm, { neighbours: 6, balance: 0.3 });
    const { data } = await estimate(x, all, stepOf(0));
    const [neighbours, below] = [0, 1].map((which) => asked.filter((_, at) => at % 2 === which));
    expectNeighbours(neighbours, x.data, norm, 3);
    neighbours.forEach((point, copy) => {
      near(below[copy], plus(point, moves(norm, directionsOf(slopes(point), norm), -0.2)));
    });
    const [g, h] = [mean(neighbours.map(slopes)), mean(below.map(slopes))];
    near(
      data,
      g.map((value, at) => 0.7 * value + 0.3 * h[at]),
    );
  });
});

test("GRA shortens the step of a feature each time the sign of its velocity changes", () => {
  const { booster, checked, context } = built("gra", norms.linf, { decay: 0.5 });
  const scale = booster.scaleSteps!(checked, context);
  const velocities = [
    [1, 1, 0],
    [1, -1, 0],
    [2, 1, 3],
    [1, 0, 3],
  ];
  const factors = velocities.map((values) => {
    const data = Float64Array.from([...values, 1, 1, 1, 1]);
    const directions = { rows: 1, columns: d, data: new Float64Array(d).fill(1) };
    scale(directions, { rows: 1, columns: d, data }, Int32Array.of(1));
    return Array.from(directions.data.subarray(0, 3));
  });
  expect(factors).toEqual([
    [1, 1, 2],
    [1, 0.5, 2],
    [1, 0.25, 1],
    [1, 0.125, 1],
  ]);
});

test("what is drawn depends on the row, the iteration and the copy, and on no other row", async () => {
  const { estimate, asked } = built("pgn", norms.linf, { neighbours: 2 });
  const { origin } = contextOf(norms.linf);
  for (const iteration of [0, 1]) await estimate(origin, all, stepOf(iteration));
  const drawn = asked.filter((_, at) => at % 2 === 0);
  expect(new Set(drawn.map((each) => each[0])).size).toBe(4);
  const alone = { rows: 1, columns: d, data: origin.data.slice(d) };
  await estimate(alone, Int32Array.of(1), stepOf(1));
  expect(asked[8]).toEqual(drawn[2].slice(d));
});

test("no point that is asked about lies outside of the bounds", async () => {
  for (const name of ["ni", "vmi", "emi", "gra", "pgn"]) {
    const { estimate, asked, context } = built(name, norms.linf, {}, contextOf(norms.linf, 0.4));
    const { data } = context.origin;
    const inside = { ...context.origin, data: data.map((value) => Math.min(0.4, Math.max(-0.4, value))) };
    for (const iteration of [0, 1]) await estimate(inside, all, { ...stepOf(iteration), velocity: inside });
    for (const point of asked) for (const value of point) expect(Math.abs(value)).toBeLessThanOrEqual(0.4);
  }
});

/** Options under which a booster is nothing. */
const nothing: readonly (readonly [name: string, options: object])[] = [
  ["vmi", { neighbours: 0 }],
  ["vmi", { neighbours: 3, radius: 0 }],
  ["emi", { copies: 3, radius: 0 }],
  ["emi", { copies: 1 }],
  ["gra", { neighbours: 0, decay: 1 }],
  ["gra", { neighbours: 3, radius: 0, decay: 1 }],
  ["pgn", { neighbours: 3, radius: 0, balance: 0 }],
];

test.each(nothing)("%s with %o is the gradient", async (name, options) => {
  for (const norm of measured) {
    const { estimate, context } = built(name, norm, options);
    for (const iteration of [0, 1]) {
      const { data } = await estimate(context.origin, all, stepOf(iteration));
      near(data, slopes(context.origin.data));
    }
  }
});

test("directions have mean size 1 in units, whatever a gradient is multiplied by", () => {
  const numbers = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(fc.array(numbers, { minLength: 1, maxLength: 9 }), fc.boolean(), (values, hasUnits) => {
      const sizes = hasUnits ? Float64Array.from(values, (_, j) => 1 + j) : undefined;
      const gradient = Float64Array.from(values);
      const along = direction(gradient, sizes);
      const total = along.reduce((sum, value) => sum + Math.abs(value), 0);
      if (values.some((value) => Math.abs(value) > 1e-9)) expect(total / values.length).toBeCloseTo(1, 9);
      else if (values.every((value) => value === 0)) expect(total).toBe(0);
      for (const [j, value] of along.entries())
        expect(Math.sign(value) * Math.sign(values[j])).toBeGreaterThanOrEqual(0);
    }),
  );
});

test("several boosters cost the product of what each costs, and stand in the order of their stages", async () => {
  const data = boxPoints(2, 5, d);
  const { opened } = await openLinear(randomFunctions(2, 1, d), data);
  const threat = { norm: norms.linf, domain: data.domain, epsilon: 0.1 };
  const order: string[] = [];
  const named = (name: string, stage: "transformation" | "lookAhead" | "neighbours" | "filter") => ({
    options: {},
    booster: {
      ...boosterByName("ni"),
      name,
      stage,
      wrap:
        (inner: Estimate): Estimate =>
        async (points, indices, step) => {
          order.push(name);
          return inner(points, indices, step);
        },
    },
  });
  const chosen = [
    named("inner", "transformation"),
    named("last", "filter"),
    chooseBooster(boosterByName("vmi"), { neighbours: 2 }, threat, [d]),
    named("outer", "transformation"),
    chooseBooster(boosterByName("ni"), {}, threat, [d]),
    chooseBooster(boosterByName("emi"), { copies: 3 }, threat, [d]),
  ];
  const attack = withBoosters(pgdAttack({ steps: 4, stepSize: 0.25, momentum: 1 }), chosen);
  const task = { models: [opened], x: denseRows(data), labels: data.labels, threat, seed: 1 };
  const { queries } = await runAttack(attack, task);
  expect(queries.gradients).toBe(5 * 4 * 3 * 3);
  expect(order.slice(0, 5)).toEqual(["last", "outer", "inner", "outer", "inner"]);
});
