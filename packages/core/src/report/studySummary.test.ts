// What a study says first, of counts made by hand.

import { expect, test } from "vitest";
import type { Claim } from "../study/claim.ts";
import { bestAndWorst, claimsHeld } from "./studySummary.ts";

const surrogate = (name: string, ...rates: number[]) => ({
  name,
  rate: rates.reduce((sum, rate) => sum + rate, 0) / rates.length,
  rates,
});

test("the best and the worst surrogate are told with how often one did more", () => {
  expect(bestAndWorst([surrogate("a", 0.5, 0.3), surrogate("b", 0.2, 0.4), surrogate("c", 0.3, 0.4)])).toBe(
    "points crafted on a make the targets err on 40.0 % on average, the most of 3 surrogates, " +
      "those crafted on b on 30.0 %, the least; the first did more than the last in 1 of 2 repetitions.",
  );
  expect(bestAndWorst([surrogate("a", 0.5), surrogate("b", 0.2)])).toMatch(/on b on 20.0 %, the least\.$/);
});

test("of surrogates that do the same none is called the best, whatever was rounded", () => {
  const [x, y] = [(0.1 + 0.2 + 0.3) / 3, (0.3 + 0.2 + 0.1) / 3];
  expect(x).not.toBe(y);
  expect(bestAndWorst([surrogate("a", x), surrogate("b", y)])).toBe(
    "points crafted on any of the 2 surrogates make the targets err on 20.0 % on average.",
  );
  expect(bestAndWorst([surrogate("a", 0.25)])).toBe("points crafted on a make the targets err on 25.0 % on average.");
});

test("claims that hold beyond chance are counted apart from those that hold in the means alone", () => {
  const claims = (...verdicts: Claim["verdict"][]) =>
    verdicts.map((verdict, i) => ({ id: `E${i}`, claim: "", verdict, numbers: [] }));
  const mixed = claims("held", "not shown", "not shown", "not held", "not tested");
  expect(claimsHeld(mixed, 6)).toEqual([
    "Of the paper's 4 claims that could be tested here, 1 holds beyond chance, 2 in the means alone, 1 does not hold.",
  ]);
  expect(claimsHeld(claims(...new Array(9).fill("not shown")), 2)).toEqual([
    "Of the paper's 9 claims that could be tested here, 0 hold beyond chance, 9 in the means alone. " +
      "No sign test over 2 repetitions can fall below p = 0.5.",
  ]);
  expect(claimsHeld(claims("held", "held"), 1)).toEqual([
    "Of the paper's 2 claims that could be tested here, 2 hold beyond chance.",
  ]);
  expect(claimsHeld(claims("not tested"), 6)).toEqual([]);
});
