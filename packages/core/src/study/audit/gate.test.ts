// Rules of a gate against intervals whose place beside the limit is known, and what they refuse.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wilson } from "../../stats/wilson.ts";
import { rate } from "../../transfer/rates.ts";
import { TARGET } from "../names.ts";
import { decideGate, type GateBound, gateBounds } from "./gate.ts";
import { parseGateRule } from "./gateRule.ts";

const epsilons = [1, 2];

/** An audit of 200 points, each surrogate with counts of errors at both budgets. */
function audited(counts: Readonly<Record<string, readonly [number, number]>>, white?: readonly [number, number]) {
  const errorsOf = (each: readonly [number, number]) => each.map((count) => wilson(count, 200)!);
  const ranking = Object.entries(counts).map(([surrogate, each]) => ({
    ...{ surrogate, errors: errorsOf(each), mean: 0, isBehind: false },
  }));
  return {
    asked: { epsilons },
    standings: { ranking, changes: true, rises: true, ...(white && { white: errorsOf(white) }) },
    models: [{ id: TARGET, role: "target", cleanError: rate(10, 200) }],
  } as unknown as Parameters<typeof decideGate>[2];
}

const statuses = (text: string, bound: GateBound, result: Parameters<typeof decideGate>[2]) =>
  decideGate([parseGateRule(text, epsilons)], bound, result).map(({ status }) => status);

describe("rules", () => {
  it("are read with shares and percentages alike, with a budget or for all", () => {
    expect(parseGateRule("transfer > 0.2 at 1", epsilons)).toEqual({
      ...{ text: "transfer > 0.2 at 1", quantity: "transfer", side: ">", limit: 0.2, epsilon: 1 },
    });
    expect(parseGateRule(" white-box<30%", epsilons)).toEqual({
      ...{ text: "white-box<30%", quantity: "white-box", side: "<", limit: 0.3 },
    });
  });

  it.each([
    ["transfr > 0.2", /did you mean "transfer"/],
    ["transfer > 20", /a share from 0 to 1 or a percentage/],
    ["transfer >= 0.2", /then > or </],
    ["transfer > 0.2 at 3", /one of the budgets 1, 2/],
    ["clean > 0.2 at 1", /leave out "at 1"/],
    ["constructor > 0.2", /unknown quantity/],
  ])("such as %s are refused", (text, sentence) => {
    expect(() => parseGateRule(text, epsilons)).toThrow(sentence);
  });
});

describe("a gate", () => {
  it("fails by what of the interval has to be beyond the limit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1, max: 99 }), (count, limit) => {
        const { low, high, estimate } = wilson(count, 200)!;
        const share = limit / 100;
        const found = gateBounds.map(
          (bound) => statuses(`transfer > ${limit} % at 1`, bound, audited({ a: [count, 0] }))[0],
        );
        expect(found.map((status) => status === "failed")).toEqual([low > share, estimate > share, high > share]);
        expect(found[0] === "warned").toBe(estimate > share && low <= share);
        const below = gateBounds.map(
          (bound) => statuses(`transfer < ${limit} % at 1`, bound, audited({ a: [count, 0] }))[0],
        );
        expect(below.map((status) => status === "failed")).toEqual([high < share, estimate < share, low < share]);
      }),
    );
  });

  it("takes the strongest surrogate at each budget, whoever is the strongest over all", () => {
    const result = audited({ a: [100, 20], b: [20, 180] });
    const [first, second] = decideGate([parseGateRule("transfer > 0.4", epsilons)], "sure", result);
    expect([first.epsilon, first.measured?.estimate, first.status]).toEqual([1, 0.5, "failed"]);
    expect([second.epsilon, second.measured?.estimate, second.status]).toEqual([2, 0.9, "failed"]);
  });

  it("is not kept where the audit says nothing", () => {
    expect(statuses("white-box > 0.9 at 1", "sure", audited({ a: [0, 0] }))).toEqual(["undecided"]);
    expect(statuses("transfer > 0.9 at 1", "sure", audited({}))).toEqual(["undecided"]);
    expect(statuses("increase > 0.9 at 1", "sure", audited({ a: [0, 0] }))).toEqual(["undecided"]);
    const atChance = {
      ...audited({ a: [0, 0] }),
      shortfall: { shows: "nothing" as const, atChance: ["a"], sentence: "" },
    };
    expect(statuses("transfer > 0.9 at 1", "sure", atChance)).toEqual(["undecided"]);
  });

  it("reads clean error and the white-box attack from the target", () => {
    const [clean] = decideGate([parseGateRule("clean > 0.01", epsilons)], "sure", audited({ a: [0, 0] }));
    expect([clean.measured?.estimate, clean.status]).toEqual([0.05, "failed"]);
    const [white] = decideGate(
      [parseGateRule("white-box > 0.4 at 2", epsilons)],
      "sure",
      audited({ a: [0, 0] }, [0, 120]),
    );
    expect([white.measured?.estimate, white.status]).toEqual([0.6, "failed"]);
  });
});
