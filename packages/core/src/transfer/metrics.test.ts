// V, rho, output alignment, advice, knee and findings on cases whose answer is known.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stream } from "../random.ts";
import { pearson } from "../stats/pearson.ts";
import { tensor } from "../tensor.ts";
import { rankingAgreement, surrogateAdvice } from "./advice.ts";
import { correlationPanel, permutationPText } from "./correlations.ts";
import { decomposition } from "./decomposition.ts";
import { pairFinding, targetFinding } from "./finding.ts";
import { kneeOf } from "./knee.ts";
import { outputAlignment } from "./outputAlignment.ts";
import { perturbationCorrelations } from "./perturbationCorrelation.ts";
import { lossVariability } from "./variability.ts";

describe("loss variability", () => {
  it("is undefined for one training set and 0 for identical models", () => {
    const losses = Float64Array.from([0.2, 3, 1]);
    expect(lossVariability([losses])).toBeUndefined();
    expect(lossVariability([losses, losses, losses])).toMatchObject({ perPoint: 0, ofMean: 0, sets: 3 });
  });

  it("is that of the points whose losses are all finite, and undefined without any", () => {
    const sets = [
      [1, 4, Number.NaN, 2],
      [3, Number.POSITIVE_INFINITY, 1, 7],
    ].map((each) => Float64Array.from(each));
    const { perPoint, ofMean } = lossVariability([Float64Array.from([1, 2]), Float64Array.from([3, 7])])!;
    expect(lossVariability(sets)).toMatchObject({ perPoint, ofMean, leftOut: 2 });
    expect(lossVariability(sets.map((each) => each.slice(1, 3)))).toBeUndefined();
  });

  it("is over sets and not over points: points may differ as they like", () => {
    const { perPoint, ofMean, ofPoints } = lossVariability([Float64Array.from([1, 100]), Float64Array.from([3, 100])])!;
    expect([...ofPoints]).toEqual([2, 0]);
    expect(perPoint).toBe(1);
    expect(ofMean).toBe(0.5);
  });

  it("has no variance of the mean where points move against each other, and never more than per point", () => {
    expect(lossVariability([Float64Array.from([1, 2]), Float64Array.from([2, 1])])).toMatchObject({
      perPoint: 0.5,
      ofMean: 0,
    });
    const losses = fc.array(fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { minLength: 4, maxLength: 4 }), {
      minLength: 2,
      maxLength: 6,
    });
    fc.assert(
      fc.property(losses, (sets) => {
        const V = lossVariability(sets.map((each) => Float64Array.from(each)))!;
        expect(V.ofMean).toBeLessThanOrEqual(V.perPoint + 1e-9);
      }),
    );
  });
});

describe("rho", () => {
  const clean = tensor("float64", [2, 4], [0, 0, 0, 0, 0.5, 0.5, 0.5, 0.5]);
  const one = tensor("float64", [2, 4], [1, 2, 3, 5, 0.5, 0.25, 1, 0]);

  it("is 1 for equal perturbations and -1 for opposite ones", () => {
    for (const value of perturbationCorrelations(clean, one, one)) expect(value).toBeCloseTo(1, 6);
    const opposite = { ...one, data: one.data.map((value, i) => 2 * clean.data[i] - value) };
    for (const value of perturbationCorrelations(clean, one, opposite)) expect(value).toBeCloseTo(-1, 6);
  });

  it("is Pearson's coefficient of the perturbations, undefined where one is constant", () => {
    const other = tensor("float64", [2, 4], [4, 1, 3, 2, 0.7, 0.7, 0.7, 0.7]);
    const [first, second] = perturbationCorrelations(clean, one, other);
    expect(first).toBeCloseTo(pearson([1, 2, 3, 5], [4, 1, 3, 2])!.statistic, 6);
    expect(second).toBeNaN();
  });
});

it("output alignment counts equal labels, right or wrong, and correlates margins", () => {
  const a = { labels: Int32Array.from([0, 1, 1, 0]), margins: Float64Array.from([-1, 2, -3, -4]) };
  const b = { labels: Int32Array.from([0, 1, 0, 1]), margins: Float64Array.from([1, -2, 3, 4]) };
  const result = outputAlignment(a, b);
  expect(result.labelAgreement).toMatchObject({ count: 2, n: 4, estimate: 0.5 });
  expect(result.marginCorrelation).toBeCloseTo(-1, 12);
  const constant = { ...a, margins: new Float64Array(4) };
  expect(outputAlignment(a, constant).marginCorrelation).toBeUndefined();
});

describe("advice", () => {
  it("ranks by what all candidates have, less variability being better", () => {
    const advice = surrogateAdvice([
      { surrogate: "a", alignment: 0.2, variability: 9, labelAgreement: 0.9 },
      { surrogate: "b", alignment: 0.8, variability: 1 },
      { surrogate: "c", alignment: 0.5, variability: 4 },
    ])!;
    expect(advice.used).toEqual(["alignment", "variability"]);
    expect(advice.ranking.map(({ surrogate }) => surrogate)).toEqual(["b", "c", "a"]);
    expect(advice.ranking[0].score).toBe(3);
  });

  it("counts R and S once, and gives none where nothing is known", () => {
    expect(surrogateAdvice([{ surrogate: "a", alignment: 1, linearised: 2 }])!.used).toEqual(["linearised"]);
    expect(surrogateAdvice([{ surrogate: "a" }, { surrogate: "b", alignment: 1 }])).toBeUndefined();
  });

  it("agrees perfectly with itself, with an interval, and not at all below three candidates", () => {
    const values = [1, 2, 3, 4, 5, 6];
    const perfect = rankingAgreement(values, values, stream(1, "a"))!;
    expect(perfect.kendall).toEqual({ estimate: 1, low: 1, high: 1 });
    const noisy = rankingAgreement(values, [2, 1, 4, 3, 6, 5], stream(1, "a"))!;
    // 3 of 15 pairs are out of order.
    expect(noisy.kendall.estimate).toBeCloseTo(0.6, 12);
    expect(noisy.kendall.low).toBeLessThan(0.6);
    expect(rankingAgreement([1, 2], [1, 2], stream(1, "a"))).toBeUndefined();
  });
});

describe("correlation panel", () => {
  const square = Array.from({ length: 5 }, (_, i) => Array.from({ length: 5 }, (_, j) => ((i * 7 + j * 3) % 11) + i));
  const squared = square.map((row) => row.map((value) => value ** 2));

  it("finds a monotone relation, and its p-values agree in direction and are adjusted upwards", () => {
    const { correlations } = correlationPanel([{ x: "R", y: "rho", xCells: square, yCells: squared }], {
      seed: 1,
      permutations: 199,
    });
    expect(correlations.map(({ coefficient }) => coefficient)).toEqual(["pearson", "spearman", "kendall"]);
    expect(correlations[1].statistic).toBeCloseTo(1, 12);
    for (const { p, holmP, permutationP, holmPermutationP, n } of correlations) {
      expect(n).toBe(25);
      expect(holmP).toBeGreaterThanOrEqual(p);
      expect(holmPermutationP).toBeGreaterThanOrEqual(permutationP);
      expect(permutationP).toBeGreaterThanOrEqual(1 / 200);
      expect(permutationP).toBeLessThan(0.05);
    }
  });

  it("says where there is none, in words and not as NaN", () => {
    const constant = square.map((row) => row.map(() => 2));
    const missing = square.map((row) => row.map(() => undefined));
    const panel = correlationPanel(
      [
        { x: "R", y: "ratio", xCells: square, yCells: constant },
        { x: "R", y: "rho", xCells: square, yCells: missing },
      ],
      { seed: 1, permutations: 9 },
    );
    expect(panel.correlations).toEqual([]);
    expect(panel.undefinedFor).toEqual([
      "R against ratio: undefined, one of them is the same for all pairs",
      "R against rho: undefined, 0 pairs have both",
    ]);
  });

  it("prints the smallest possible permutation p as a bound", () => {
    expect(permutationPText(1 / 1001, 1000)).toBe("< 0.001");
    expect(permutationPText(0.0325, 1000)).toBe("0.033");
  });
});

describe("knee", () => {
  const point = (value: number, size: number, cleanError: number, errorUnderAttack = 0.5) => ({
    value,
    size,
    cleanError,
    errorUnderAttack,
  });

  it("is the cheapest value that halves S", () => {
    const { at, from, sentence } = kneeOf("weightDecay", [
      point(0, 0.2, 0.02, 0.9),
      point(0.01, 0.1, 0.023, 0.6),
      point(0.1, 0.02, 0.06, 0.2),
    ])!;
    expect([from.value, at.value]).toEqual([0, 0.01]);
    expect(sentence).toBe(
      "weightDecay 0.01 halves S at a cost of 0.3 points of clean error, compared with 0; error under attack " +
        "goes from 90.0 to 60.0 %.",
    );
  });

  it("says so where nothing halves S, and is undefined without S", () => {
    expect(kneeOf("C", [point(10, 0.2, 0.02), point(1, 0.15, 0.03)])!.sentence).toContain(
      "75 % and no value halves it",
    );
    // Equal but for rounding is equal, and a small price is no "0.0".
    const [more, less] = [0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1];
    const sentence = (cost: number) => kneeOf("C", [point(10, 0.2, less), point(1, 0.1, cost)])!.sentence;
    expect(sentence(more)).toContain("halves S and clean error stays as it is, compared");
    expect(sentence(less + 0.0004)).toContain("at a cost of 0.04 points");
    expect(sentence(less - 0.0004)).toContain("falls by 0.04 points");
    expect(kneeOf("C", [{ value: 1, cleanError: 0, errorUnderAttack: 0 }])).toBeUndefined();
  });
});

describe("findings", () => {
  const facts = {
    surrogate: "A",
    target: "B",
    epsilon: 1,
    gain: "of error",
    netIncrease: 0.2,
    whiteBoxIncrease: 0.8,
    alignment: 0.3,
    variability: 0.0001,
    decomposition: decomposition(0.5, 0.4, 2),
  };
  function around(estimate: number, half: number) {
    return { estimate, low: estimate - half, high: estimate + half };
  }

  it.each([
    ["alignment", {}],
    ["vulnerability", { whiteBoxIncrease: 0.05 }],
    ["none", { netIncrease: 0.7 }],
    ["variability", { variability: 0.26 }],
    ["alignment", { variability: 0.24 }],
    ["masking", { netIncrease: 0.9, netInterval: around(0.9, 0.02), whiteBoxInterval: around(0.8, 0.05) }],
    ["masking", { whiteBoxIncrease: 0.05, netInterval: around(0.2, 0.05), whiteBoxInterval: around(0.05, 0.05) }],
    // Intervals that overlap, or a difference that is none to speak of.
    ["none", { netIncrease: 0.9, netInterval: around(0.9, 0.08), whiteBoxInterval: around(0.8, 0.05) }],
    ["none", { netIncrease: 0.84, netInterval: around(0.84, 0.01), whiteBoxInterval: around(0.8, 0.01) }],
    // Nothing keeps the perturbation from the bound, or there is no bound.
    ["unknown", { decomposition: decomposition(0.5, 1.7, 2) }],
    ["unknown", { decomposition: decomposition(0.5, 0, 0) }],
  ] as const)("name %s as the factor", (factor, changes) => {
    expect(pairFinding({ ...facts, ...changes }).factor).toBe(factor);
  });

  it("say when the first order explains little, and when V is unknown", () => {
    expect(pairFinding(facts).sentence).toContain("explains 80 % of it");
    const { variability: _, ...unknown } = { ...facts, decomposition: decomposition(5, 0.4, 2) };
    expect(pairFinding(unknown).sentence).toMatch(/explains little of it \(8.0 %.*V is unknown/);
  });

  it("of a target without gradients tell the reason and keep the rate", () => {
    const { decomposition: _, whiteBoxIncrease: __, ...rest } = facts;
    const finding = pairFinding({ ...rest, noGradients: "operator TreeEnsemble has no rule" });
    expect(finding.factor).toBe("unknown");
    expect(finding.sentence).toBe(
      "A on B at epsilon 1 adds 20.0 points of error. Why cannot be said: R and S are absent, operator " +
        "TreeEnsemble has no rule.",
    );
  });

  it("of attacks that climb another loss do not explain by R and S, and count what is wanted", () => {
    const sent = { ...facts, gain: 'of the share classified as "b"', isOfOtherLoss: true };
    const finding = pairFinding(sent);
    expect(finding.factor).toBe("unknown");
    expect(finding.sentence).toBe(
      'A on B at epsilon 1 adds 20.0 points of the share classified as "b". Why cannot be said: R and S are of the ' +
        "loss of points' own classes, and attackers climb another one.",
    );
    const whole = targetFinding([finding], [sent])!.sentence;
    expect(whole).toMatch(/adds 20.0 points of the share classified as "b"\.$/);
    expect(whole).not.toContain("linear prediction");
    expect(pairFinding({ ...sent, netIncrease: 0.7 })).toMatchObject({ factor: "none" });
    expect(pairFinding({ ...sent, netIncrease: 0.7 }).sentence).not.toContain("R 0");
  });

  it("of a target name its most frequent factor and best surrogate", () => {
    const all = [
      facts,
      { ...facts, surrogate: "C", netIncrease: 0.3 },
      { ...facts, surrogate: "D", netIncrease: 0.75 },
    ];
    const finding = targetFinding(all.map(pairFinding), all)!;
    expect(finding).toMatchObject({ factor: "alignment", surrogate: "D" });
    expect(finding.sentence).toContain("alignment limits 2 of 3 surrogates");
    const intervals = { netInterval: around(0.99, 0.01), whiteBoxInterval: around(0.8, 0.05) };
    const masked = [...all, { ...facts, surrogate: "E", netIncrease: 0.99, ...intervals }];
    expect(targetFinding(masked.map(pairFinding), masked)).toMatchObject({
      factor: "masking",
      sentence: expect.stringMatching(
        /transfer is stronger than the white-box attack from 1 of 4 surrogates: its gradients are masked/,
      ),
    });
    expect(targetFinding([], [])).toBeUndefined();
  });
});
