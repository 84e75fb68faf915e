// Each rule speaks where its reason holds, and only there; the numbers in a reason are those of the study.

import { expect, test } from "vitest";
import { type StudyFacts, studySteps } from "./studySteps.ts";

const rate = (estimate: number) => ({ estimate, low: estimate, high: estimate, count: 100 * estimate, n: 100 });

/** A study in which points of two surrogates reach these in each repetition, on one target. */
function study(first: readonly number[], second: readonly number[], more: Partial<StudyFacts> = {}): StudyFacts {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const cell = (surrogate: string, error: number) => ({
    ...{ surrogate, target: "t", epsilon: 1, errorUnderAttack: rate(error), netIncrease: rate(error) },
  });
  const model = (id: string, role: "target" | "surrogate") => ({ id, role, cleanError: rate(0.05) });
  return {
    repetitions: first.map((error, i) => ({
      models: [model("t", "target"), model("a", "surrogate"), model("b", "surrogate")],
      cells: [cell("a", error), cell("b", second[i])],
      pairs: [],
    })),
    transferRates: [
      { surrogate: "a", epsilon: 1, rate: mean(first) },
      { surrogate: "b", epsilon: 1, rate: mean(second) },
    ],
    ...{ budget: 1, budgetText: "ε = 1", claims: [], targetFindings: [], hasAttackers: true },
    ...more,
  };
}

const told = (facts: StudyFacts) => studySteps(facts).map(({ advice, because }) => `${advice} ${because}`);
const six = [0.5, 0.52, 0.54, 0.5, 0.52, 0.54];
const below = six.map((value) => value - 0.2);

test("a clear study asks for nothing", () => {
  expect(told(study(six, below))).toEqual([]);
});

test("more repetitions exactly where no sign test can fall below .05: fewer than six", () => {
  for (let n = 1; n <= 6; n++) {
    const said = told(study(six.slice(0, n), below.slice(0, n))).some((each) => /repetitions: 6 at least/.test(each));
    expect(said, `${n}`).toBe(n < 6);
  }
  const [first] = told(study([0.5], [0.3], { claims: [{ verdict: "not shown" }] as unknown as StudyFacts["claims"] }));
  expect(first).toMatch(/over 1 repetition can fall below p = 1, and 1 of the paper's claims stand/);
});

test("two surrogates that change places are not preferred to each other", () => {
  const mixed = six.map((value, i) => value + (i % 2 === 0 ? -0.1 : 0.06));
  expect(told(study(six, mixed))).toEqual([
    "Do not prefer a to b on this alone. it did more in 3 of 6 repetitions, 52 against 50 %",
  ]);
});

test("what limits most targets is told, and no other thing", () => {
  const findings = (...factors: readonly ("alignment" | "none" | "masking" | "vulnerability")[]) => ({
    targetFindings: factors.map((factor, i) => ({ target: `t${i}`, factor })),
  });
  expect(told(study(six, below, findings("alignment", "alignment", "none")))).toEqual([
    expect.stringMatching(/^Add surrogates that are nearer.* on 2 of 3 targets$/),
  ]);
  expect(told(study(six, below, findings("none", "none", "alignment")))).toEqual([
    expect.stringMatching(/^Look for what lowers the white-box errors.* on 2 of 3 targets$/),
  ]);
  expect(told(study(six, below, findings("masking", "vulnerability")))).toEqual([
    expect.stringMatching(/^Do not rely on the white-box numbers.* mislead t0 more often/),
  ]);
});

test("budgets at which all or nothing is reached, rules that are broken, and attackers that are missing", () => {
  expect(told(study(six.fill(1), below.fill(0.99)))).toEqual([expect.stringMatching(/^Add smaller budgets/)]);
  expect(told(study(Array(6).fill(0.06), Array(6).fill(0.05)))).toEqual([expect.stringMatching(/^Add larger budgets/)]);
  const clear = study([0.5, 0.5, 0.5, 0.5, 0.5, 0.5], Array(6).fill(0.3));
  expect(told({ ...clear, broken: 0.2 })).toEqual([]);
  expect(told({ ...clear, broken: 0.4 })).toEqual([expect.stringMatching(/keep the rules.*up to 40 % of the points/)]);
  expect(told({ ...clear, hasAttackers: false })).toEqual([expect.stringMatching(/^Let other attackers try/)]);
});
