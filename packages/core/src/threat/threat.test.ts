import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../errors.ts";
import { norms } from "./norm.ts";
import { type BudgetedThreat, checkThreat, usefulBudget } from "./threat.ts";

describe("a threat model that does not fit", () => {
  const domain = { lower: new Float64Array(3), upper: new Float64Array(3).fill(1) };
  const sound: BudgetedThreat = { norm: norms.l2, epsilon: 1, domain };

  test.each<readonly [string, Partial<BudgetedThreat>, RegExp]>([
    ["a negative budget", { epsilon: -1 }, /^invalid epsilon: expected a number from 0, got -1/],
    ["a budget that is no number", { epsilon: Number.NaN }, /^invalid epsilon: .* got NaN/],
    ["one bad budget of many", { epsilon: Float64Array.of(1, -2) }, /^invalid epsilon: .* got -2/],
    ["a short mask", { changeable: new Uint8Array(2) }, /^invalid mask of changeable features: .* 3 features, got 2/],
    [
      "bounds of other features",
      { domain: { lower: new Float64Array(2), upper: new Float64Array(2) } },
      /^invalid domain/,
    ],
    ["an endless box", { domain: { ...domain, upper: domain.upper.map(() => Infinity) } }, /^invalid domain: .*finite/],
    ["a grid of no width", { grid: 0 }, /^invalid grid: expected a positive step, got 0/],
  ])("%s", (_, change, sentence) => {
    expect(() => checkThreat(sound, 3)).not.toThrow();
    expect(() => checkThreat({ ...sound, ...change }, 3)).toThrow(InputError);
    expect(() => checkThreat({ ...sound, ...change }, 3)).toThrow(sentence);
  });
});

test.each(Object.values(norms))("of a budget in $label no more is useful than the longest move in the box", (norm) => {
  const rooms = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 3, noNaN: true })), {
    minLength: 1,
    maxLength: 200,
    size: "max",
  });
  fc.assert(
    fc.property(rooms, fc.double({ min: 0.01, max: 60, noNaN: true }), (list, budget) => {
      const upper = Float64Array.from(list);
      const [origin, lower] = [new Float64Array(list.length), upper.map((room) => -room / 2)];
      expect(usefulBudget(norm, budget, origin, lower, upper)).toBe(Math.min(budget, norm.measure(upper)));
    }),
  );
});
