import fc from "fast-check";
import { expect, it } from "vitest";
import { parseOptions } from "../registry.ts";
import { whyInfeasible } from "./feasible.ts";
import { learnerByName, learners } from "./registry.ts";

const why = (name: string, rows: number, features: number, areSparse: boolean, options = {}) =>
  whyInfeasible(learnerByName(name), options, { rows, features, ...(areSparse && { perRow: 100 }) })?.message;

it("kernels are refused by the square of their rows, told in numbers and bytes, unless an option allows more", () => {
  expect(why("svm-rbf", 60_000, 784, false)).toMatch(
    /at most 50000 rows.* got 60000, whose kernel has 3\.6e\+9 numbers \(28\.8 GB\); .*mostRows/,
  );
  expect(why("svm-rbf", 50_000, 784, false)).toBeUndefined();
  expect(why("svm-rbf", 60_000, 784, false, { mostRows: 60_000 })).toBeUndefined();
  expect(why("svm-rbf", 101, 2, true, { mostRows: 100 })).toMatch(/at most 100 rows/);
});

it("learners that need zeros written out are refused sparse rows that would not fit, and no others", () => {
  expect(why("mlp", 100_000, 1_000_000, true)).toMatch(/100000 sparse rows of 1000000 features.* take 400 GB/);
  expect(why("mlp", 1_000, 100_000, true)).toBeUndefined();
  for (const name of ["logistic", "ridge", "svm-linear", "forest"]) {
    expect(why(name, 100_000, 1_000_000, true), name).toBeUndefined();
    expect(why(name, 1_000_000, 784, false), name).toBeUndefined();
  }
});

const DAY = 86_400;

it("what any learner's entry estimates at more than 30 days is refused, with those days; nothing is for less", () => {
  const size = fc.double({ min: 3, max: 13, noNaN: true }).map((power) => Math.round(10 ** power));
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(learners)),
      size,
      fc.integer({ min: 1, max: 1000 }),
      (learner, rows, d) => {
        const options = parseOptions(learner, {});
        const days = learner.estimates.fit(options, { rows, features: d }) / DAY;
        const refused = whyInfeasible(learner, options, { rows, features: d });
        const isKernel = learner.capabilities.kernel === true && rows > 50_000;
        expect(refused !== undefined).toBe(isKernel || days > 30);
        if (refused && !isKernel) {
          const told = Number(/got about ([\d.e+]+) days/.exec(refused.message)?.[1]);
          expect(Math.abs(told / days - 1)).toBeLessThan(0.05);
        }
        // A refusal says what to do.
        if (refused) expect(refused.message).toMatch(/; .*fewer rows/);
      },
    ),
  );
});
