// Table 1's tests on repetitions made by hand: counts and p-values are those of coin throws.

import { expect, it } from "vitest";
import type { Measured } from "../measured.ts";
import { significanceOf } from "./significance.ts";
import { smallestPossibleP } from "./signs.ts";

/** A repetition with ridge at both complexities, its errors given. */
function repetition(white: readonly [number, number], rates: readonly [number, number]): Measured {
  const levels = ["high", "low"] as const;
  const name = (level: string) => `ridge_${level === "high" ? "H" : "L"}`;
  const cell = (surrogate: string, target: string, estimate: number, epsilon: number) => ({
    surrogate,
    target,
    epsilon,
    errorUnderAttack: { estimate, low: 0, high: 1, count: 0, n: 0 },
    netIncrease: { estimate: 0, low: 0, high: 0 },
  });
  return {
    models: (["target", "surrogate"] as const).flatMap((role) =>
      levels.map((complexity) => ({ id: `${role}/${name(complexity)}`, role, learner: "ridge", complexity })),
    ),
    cells: levels.flatMap((level, i) => [
      cell(`target/${name(level)}`, `target/${name(level)}`, white[i], 1),
      cell(`target/${name(level)}`, `target/${name(level)}`, 1 - white[i], 5),
      ...levels.map((other, j) => cell(`surrogate/${name(level)}`, `target/${name(other)}`, rates[i] + 0.1 * j, 1)),
    ]),
    pairs: [],
  };
}

const near = (value: number) => expect.closeTo(value, 12) as number;

it("counts the repetitions that agree, and gives the p of as many coins", () => {
  const all = Array.from({ length: 10 }, () => repetition([0.9, 0.5], [0.1, 0.2]));
  const [white, transfer] = significanceOf("made", all, 1);
  expect(white).toMatchObject({ learner: "ridge", what: "white-box", agreeing: 10, of: 10, p: near(2 / 1024) });
  expect(transfer).toMatchObject({ what: "transfer", agreeing: 10, p: near(2 / 1024) });
  const nine = [...all.slice(1), repetition([0.4, 0.5], [0.3, 0.2])];
  expect(significanceOf("made", nine, 1).map(({ agreeing, p }) => [agreeing, p])).toEqual([
    [9, near(22 / 1024)],
    [9, near(22 / 1024)],
  ]);
});

it("drops ties, and has no p where there is nothing else", () => {
  const tied = [repetition([0.5, 0.5], [0.2, 0.2]), repetition([0.5, 0.5], [0.2, 0.3])];
  const [white, transfer] = significanceOf("made", tied, 1);
  expect(white).toEqual({
    study: "made",
    learner: "ridge",
    what: "white-box",
    at: 1,
    agreeing: 0,
    of: 0,
    repetitions: 2,
  });
  expect(transfer).toMatchObject({ agreeing: 1, of: 1, repetitions: 2, p: near(1) });
});

it("looks at one budget, and knows what few repetitions cannot show", () => {
  const all = Array.from({ length: 3 }, () => repetition([0.9, 0.5], [0.1, 0.2]));
  expect(significanceOf("made", all, 5)[0]).toMatchObject({ at: 5, agreeing: 0, of: 3 });
  expect([5, 6, 10].map(smallestPossibleP)).toEqual([0.0625, 0.03125, 2 / 1024]);
});

it("means of the same counts are ties, whichever model they were counted on", () => {
  const order = [
    [1, 2, 3],
    [3, 2, 1],
  ];
  const name = (i: number) => `ridge_${"HL"[i]}`;
  const cells = order.flatMap((counts, i) =>
    counts.map((count, target) => ({
      surrogate: `surrogate/${name(i)}`,
      target: `target/${target}`,
      epsilon: 1,
      errorUnderAttack: { estimate: count / 10 },
    })),
  );
  const models = (["high", "low"] as const).map((complexity, i) => ({
    id: `surrogate/${name(i)}`,
    role: "surrogate",
    learner: "ridge",
    complexity,
  }));
  const six = new Array(6).fill({ models, cells });
  const counts = { agreeing: 0, of: 0, repetitions: 6 };
  expect(significanceOf("made", six, 1)).toEqual([
    { study: "made", learner: "ridge", what: "transfer", at: 1, ...counts },
  ]);
});
