// Differences of two audits: paired where the points are the same, and what cannot be compared.

import { expect, it } from "vitest";
import { newcombe, newcombePaired } from "../../stats/newcombe.ts";
import { TARGET } from "../names.ts";
import { type Compared, type ComparedAudit, increases, readCompared } from "./increase.ts";

const points = 100;
const labels = new Int32Array(points);
const called = (count: number) => Int32Array.from({ length: points }, (_, i) => Number(i < count));

const question = {
  norm: "l2" as const,
  ...{ epsilons: [1], dataHash: "d", targetHash: "t", classNames: ["x", "y"], points },
};

function audit(
  counts: Readonly<Record<string, number>>,
  asked: Partial<Compared["asked"]> = {},
  seed = 0,
): ComparedAudit {
  const cells = Object.entries(counts).map(([surrogate, count]) => ({
    ...{ surrogate, target: TARGET, epsilon: 1, errorUnderAttack: { count, n: points } },
  }));
  return {
    result: { seed, asked: { ...question, ...asked }, cells },
    samples: Object.entries(counts).map(([surrogate, count]) => ({
      ...{ surrogate, epsilon: 1, labels, cleanLabels: labels, attackedLabels: called(count) },
      size: new Float64Array(points),
    })),
  };
}

it("pairs the strongest surrogates of both on the same points", () => {
  const [found] = increases(audit({ a: 30, b: 50, [TARGET]: 90 }), audit({ a: 40, b: 20 }));
  expect([found.now.surrogate, found.before.surrogate, found.isPaired]).toEqual(["b", "a", true]);
  expect(found.difference).toEqual(newcombePaired({ both: 40, onlyFirst: 10, onlySecond: 0, neither: 50 }));
});

it("takes them as independent on other points", () => {
  const independent = newcombe(50, points, 40, points);
  const others = [
    audit({ a: 40 }, { dataHash: "other" }),
    audit({ a: 40 }, {}, 1),
    { ...audit({ a: 40 }), samples: undefined },
  ];
  for (const before of others as ComparedAudit[]) {
    const [found] = increases(audit({ a: 50 }), before);
    expect([found.isPaired, found.difference]).toEqual([false, independent]);
  }
});

it("has wider intervals where it looks at more budgets at once", () => {
  const two = { epsilons: [1, 2] };
  const [both] = increases(audit({ a: 50 }, two), audit({ a: 40 }, two));
  const [one] = increases(audit({ a: 50 }), audit({ a: 40 }));
  expect(both.difference.low).toBeLessThan(one.difference.low);
  expect(both.difference.high).toBeGreaterThan(one.difference.high);
});

it("refuses audits that measure otherwise, and documents that are none", () => {
  expect(() => increases(audit({ a: 1 }), audit({ a: 1 }, { norm: "linf" }))).toThrow(/measured alike/);
  expect(() => increases(audit({ a: 1 }), audit({ a: 1 }, { units: "ranges" }))).toThrow(/measured alike/);
  expect(() => increases(audit({ a: 1 }), audit({ a: 1 }, { epsilons: [3] }))).toThrow(/budget that both have/);
  expect(() => readCompared({ seed: 0 }, "x.json")).toThrow(/metrics\.json of an audit/);
});
