// Claims on evidence made by hand: each held, then not held when one number is turned round.

import { describe, expect, it } from "vitest";
import type { Correlation } from "../transfer/correlations.ts";
import { claimsOf } from "./claims.ts";
import type { Evidence } from "./explain.ts";
import type { MeanCell, MeanModel } from "./means.ts";
import { studySchema } from "./schema.ts";

interface Numbers {
  readonly size: number;
  readonly white: number;
  readonly rate: number;
  readonly V: number;
  readonly weightDecay?: number;
  /** The budget at which half of the points err. */
  readonly halfAt: number;
}

const good: Record<string, Numbers> = {
  ridge_H: { size: 0.5, white: 0.99, rate: 0.12, V: 0.2, halfAt: 0.4 },
  ridge_L: { size: 0.25, white: 0.84, rate: 0.16, V: 0.1, halfAt: 0.8 },
  mlp_H: { size: 0.09, white: 0.34, rate: 0.19, V: 0.04, halfAt: 1.2, weightDecay: 0 },
  mlp_L: { size: 0.08, white: 0.2, rate: 0.21, V: 0.02, halfAt: 1.5, weightDecay: 0.01 },
};

function correlation(y: string, coefficient: "pearson" | "kendall", statistic: number): Correlation {
  const p = { p: 1e-9, permutationP: 0.001, permutations: 1000, holmP: 1e-8, holmPermutationP: 0.01 };
  return { x: "R", y, coefficient, statistic, n: 16, ...p };
}

interface Extras {
  readonly forest?: number;
  readonly fewer?: number;
  readonly kendall?: number;
}

function evidence(
  numbers: Record<string, Numbers>,
  { forest = 0.5, fewer = 0.14, kendall = 0.9 }: Extras = {},
): Evidence {
  const names = Object.keys(numbers);
  const levels = (name: string) => (name.endsWith("_H") ? "high" : "low") as "high" | "low";
  const learnerOf = (name: string) => name.slice(0, -2);
  const choice = (name: string) => ({ learner: learnerOf(name), complexity: levels(name) });
  const study = studySchema.parse({
    name: "made",
    data: { train: "-" },
    surrogates: [...names.map(choice), { ...choice("ridge_L"), fraction: 0.2 }],
    targets: [...names.map(choice), { learner: "forest" }],
    attack: { epsilons: [1, 5] },
  });
  const models: MeanModel[] = [
    ...names.map((name): MeanModel => {
      const { size, weightDecay } = numbers[name];
      return {
        id: `target/${name}`,
        role: "target",
        ...choice(name),
        cleanError: 0.02,
        size,
        options: { weightDecay },
      };
    }),
    { id: "target/forest", role: "target", learner: "forest", cleanError: 0.02 },
    ...names.map((name): MeanModel => {
      return { id: `surrogate/${name}`, role: "surrogate", ...choice(name), cleanError: 0.02 };
    }),
  ];
  const cell = (surrogate: string, target: string, error: number): MeanCell => {
    return { surrogate, target, epsilon: 1, error, netIncrease: error - 0.02 };
  };
  const cells = [
    ...names.map((name) => cell(`target/${name}`, `target/${name}`, numbers[name].white)),
    ...names.map((name) => cell(`surrogate/${name}`, "target/forest", forest)),
  ];
  const rate = (estimate: number) => ({ estimate, low: 0, high: 1, count: 0, n: 1 });
  const repetition = {
    models: [],
    pairs: [],
    cells: [
      ...names.map((name) => [`target/${name}`, numbers[name].white] as const),
      ...names.map((name) => [`surrogate/${name}`, numbers[name].rate] as const),
    ].map(([id, error]) => ({
      surrogate: id,
      target: id,
      epsilon: 1,
      errorUnderAttack: rate(error),
      netIncrease: rate(0),
      sameWrongClass: rate(0),
      otherWrongClass: rate(0),
      lossIncrease: 0,
    })),
  };
  const correlations = ["rho at epsilon 5", "black/white ratio at epsilon 1"].flatMap((y) => [
    correlation(y, "pearson", 0.95),
    correlation(y, "kendall", kendall),
  ]);
  return {
    study,
    repetitions: [repetition, repetition],
    transferRates: [
      ...names.map((name) => ({ surrogate: `surrogate/${name}`, epsilon: 1, rate: numbers[name].rate })),
      { surrogate: "surrogate/ridge_L@0.2", epsilon: 1, rate: fewer },
    ],
    variability: [],
    curves: names.flatMap((name) => [
      { target: `target/${name}`, epsilon: 0, error: 0 },
      { target: `target/${name}`, epsilon: numbers[name].halfAt, error: 0.5 },
    ]),
    models,
    cells,
    surrogates: names.map((name) => `surrogate/${name}`),
    targets: [...names.map((name) => `target/${name}`), "target/forest"],
    V: new Map(names.map((name) => [`surrogate/${name}`, numbers[name].V])),
    correlations: { correlations, lines: [], undefinedFor: [] },
  };
}

const verdicts = (given: Evidence) => Object.fromEntries(claimsOf(given).map(({ id, verdict }) => [id, verdict]));
const change = (name: string, changes: Partial<Numbers>) => ({ ...good, [name]: { ...good[name], ...changes } });

describe("claims", () => {
  it("all hold on the paper's numbers, each with its own", () => {
    const claims = claimsOf(evidence(good));
    expect(claims.map(({ verdict }) => verdict)).toEqual([...new Array(9).fill("held"), "not tested"]);
    const numbers = Object.fromEntries(claims.map((each) => [each.id, each.numbers]));
    expect(numbers.E1[0]).toBe(
      "yes: ridge: S 0.5 against 0.25, white-box error 0.99 against 0.84 (2 of 2 repetitions, sign test p 0.5)",
    );
    expect(numbers.E6).toEqual(["yes: ridge_L: transfer rate 0.14 on 20 % of the rows, 0.16 on all"]);
    expect(numbers.E4.at(-1)).toContain("across all 4 surrogates: Kendall -1");
  });

  it.each([
    ["E1", evidence(change("ridge_L", { size: 0.6 }))],
    ["E2", evidence(change("mlp_L", { size: 0.1 }))],
    ["E3", evidence(change("ridge_L", { rate: 0.11 }))],
    ["E4", evidence(change("ridge_L", { V: 0.3 }))],
    ["E5", evidence(good, { kendall: -0.9 })],
    ["E6", evidence(good, { fewer: 0.1 })],
    ["E7", evidence(change("mlp_L", { white: 0.995 }))],
    ["E8", evidence(change("ridge_L", { halfAt: 0.3 }))],
    ["E9", evidence(good, { forest: 0.2 })],
  ] as const)("%s does not hold where its number is turned round", (id, given) => {
    expect(verdicts(given)[id]).toBe("not held");
  });

  it("of an attack in L1 that forests lose less than the others, and nothing of attacks on many features", () => {
    const given = evidence(good, { forest: 0.3 });
    const [choice] = given.study.surrogates;
    const study = { ...given.study, surrogates: [choice], attack: { ...given.study.attack, norm: "l1" as const } };
    const other = { surrogate: "surrogate/ridge_H", target: "target/mlp_L", epsilon: 1, error: 0.5, netIncrease: 0.48 };
    const l1 = { ...given, study, cells: [...given.cells, other] };
    const { E9, E10 } = verdicts(l1);
    expect([E9, E10]).toEqual(["not tested", "held"]);
    const turned = { ...l1, cells: [...given.cells, { ...other, netIncrease: 0.2 }] };
    expect(verdicts(turned).E10).toBe("not held");
  });

  it("are not tested where the study has nothing to say of them", () => {
    const { E1, E2, E3, E4, E7 } = verdicts(evidence({ ridge_L: good.ridge_L }));
    expect([E1, E2, E3, E4, E7]).toEqual(new Array(5).fill("not tested"));
  });
});
