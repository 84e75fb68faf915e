// The picture shows the numbers of the study: the rate of each surrogate, its interval, clean and white-box errors.

import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { studentInterval } from "../stats/student.ts";
import { studyAnswer } from "./studyAnswer.ts";

const { document } = parseHTML("<html><body></body></html>");
const rate = (estimate: number) => ({ estimate, low: estimate, high: estimate, count: 0, n: 100 });

const errors = { a: [0.3, 0.4], b: [0.2, 0.1], t: [0.8, 0.9] };
const repetitions = [0, 1].map((i) => ({
  models: [
    { id: "t", role: "target" as const, cleanError: rate(0.05 + 0.02 * i) },
    { id: "a", role: "surrogate" as const },
    { id: "b", role: "surrogate" as const },
  ],
  cells: Object.entries(errors).map(([surrogate, each]) => ({
    ...{ surrogate, target: "t", epsilon: 2, errorUnderAttack: rate(each[i]), netIncrease: rate(0) },
  })),
  pairs: [],
}));
const transferRates = [
  { surrogate: "b", epsilon: 2, rate: 0.15 },
  { surrogate: "a", epsilon: 2, rate: 0.35 },
];
const study = {
  repetitions,
  transferRates,
  budgets: [2],
  at: 2,
  axis: "ε",
  what: "Error",
  name: (id: string) => `<${id}>`,
};
const drawing = studyAnswer(study, { document });

test("every point tells its surrogate, or the white-box attack, and its mean over repetitions", () => {
  const titles = [...drawing.querySelectorAll("title")].map(({ textContent }) => textContent);
  expect(new Set(titles)).toEqual(
    new Set(["no attack: 6 %", "<a>, ε 2: 35 %", "<b>, ε 2: 15 %", "white-box, ε 2: 85 %"]),
  );
  const words = [...drawing.querySelectorAll("text")].map(({ textContent }) => textContent);
  expect(words).toEqual(expect.arrayContaining(["crafted on <a>", "other surrogates", "white-box", "100 %"]));
});

test("the band is Student's interval over repetitions, cut to shares", () => {
  const { low, high } = studentInterval(errors.a);
  expect([low < 0, high]).toEqual([true, expect.closeTo(0.985, 2)]);
  const path = [...drawing.querySelectorAll("path")].find((each) => each.closest("g")?.getAttribute("fill-opacity"))!;
  const heights = [...path.getAttribute("d")!.matchAll(/[ML]?[\d.]+,([\d.]+)/g)].map(([, y]) => Number(y));
  // The axis reaches from 0 at 230 to 1 at 56.
  const share = (y: number) => (230 - y) / (230 - 56);
  expect(share(Math.min(...heights))).toBeCloseTo(Math.min(1, high), 2);
  expect(share(Math.max(...heights))).toBeCloseTo(0, 6);
});
