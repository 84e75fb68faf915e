// What an audit may say, and what it may not, in situations made on purpose.

import { describe, expect, it, test } from "vitest";
import { runtime } from "../../../test/linearWorld.ts";
import { type Dataset, dataset } from "../../data/dataset.ts";
import { fit } from "../../learners/fit.ts";
import { learnerByName } from "../../learners/registry.ts";
import { type Model, modelFromGraph } from "../../models/model.ts";
import { GraphBuilder, modelOf } from "../../onnx/builder.ts";
import { stream } from "../../random.ts";
import { tensor } from "../../tensor.ts";
import { l2 } from "../../threat/norm.ts";
import { rate } from "../../transfer/rates.ts";
import type { AuditModel, AuditPair } from "../result.ts";
import { audit } from "./audit.ts";
import { answerOf } from "./auditSummary.ts";
import { type Judged, standingsOf } from "./standing.ts";

/** Of N points of two classes, those that err: the first so many, or the ones named. */
type Wrong = number | ((i: number) => boolean);

interface Situation {
  readonly n?: number;
  /** Errors of the target without attack; 0 where not given. */
  readonly clean?: Wrong;
  /** Errors at each of the two budgets under points crafted on surrogates, and on the target itself. */
  readonly attacked: Readonly<Record<string, readonly [Wrong, Wrong]>>;
  readonly white?: readonly [Wrong, Wrong];
  /** R with half the length of its interval. */
  readonly R?: Readonly<Record<string, readonly [number, number]>>;
  readonly target?: Partial<AuditModel>;
  readonly onlyClass?: string;
}

function answer(
  { n = 400, clean = 0, attacked, white, R = {}, target, onlyClass }: Situation,
  epsilons = [1, 2],
): string {
  const labels = Int32Array.from({ length: n }, (_, i) => (onlyClass === undefined ? i % 2 : 0));
  const labelled = (wrong: Wrong) =>
    labels.map((label, i) => ((typeof wrong === "number" ? i < wrong : wrong(i)) ? 1 - label : label));
  const cleanLabels = labelled(clean);
  const judged = Object.entries({ ...attacked, ...(white && { target: white }) }).flatMap(([surrogate, budgets]) =>
    budgets.slice(0, epsilons.length).map((wrong, i): Judged => {
      return { surrogate, epsilon: i + 1, labels, cleanLabels, attackedLabels: labelled(wrong) };
    }),
  );
  const errors = cleanLabels.filter((label, i) => label !== labels[i]).length;
  const model: AuditModel = {
    ...{ id: "target", role: "target", cleanError: rate(errors, n) },
    ...(white && { gradientSize: { estimate: 1, low: 0.9, high: 1.1 } }),
    ...target,
  };
  const pairs = Object.entries(R).map(([surrogate, [estimate, half]]): AuditPair => {
    return { surrogate, target: "target", alignment: { estimate, low: estimate - half, high: estimate + half } };
  });
  const standings = standingsOf("target", judged, epsilons);
  return answerOf({
    ...{ target: model, standings, pairs, norm: l2, epsilons },
    ...(onlyClass !== undefined && { onlyClass }),
  }).join("\n");
}

const some = (share: number) => (i: number) => stream(1, "some", share, i).uniform() < share;

/** What must be said, and what must not, of each situation. */
const situations: readonly (readonly [string, Situation, readonly RegExp[], readonly RegExp[]])[] = [
  [
    "a surrogate that is the best beyond chance, by alignment",
    { attacked: { A: [160, 300], B: [40, 90] }, white: [200, 390], R: { A: [0.62, 0.02], B: [0.2, 0.02] } },
    [
      /Crafted on A, of 2 surrogates the strongest on these points, .* err on 40 and 75 % of 400 points; without attack it errs on 0 %/,
      /Crafted on the model itself, they reach 50 and 98 %/,
      /chosen on these points, its 95 % intervals .* hold at once: 34 to 46 and 69 to 80 %/,
      /Of 2 surrogates A transfers best: 57 % on average over the budgets, against 16 % for B, the least/,
      /point most nearly along the target's: its alignment R with the target is 0.62 \(0.60 to 0.64\), the highest of all/,
    ],
    [/cannot|masked/],
  ],
  [
    "surrogates that do the same",
    {
      attacked: { A: [some(0.51), some(0.52)], B: [some(0.515), some(0.525)], C: [some(0.49), some(0.5)] },
      white: [300, 390],
      R: { A: [0.5, 0.01], B: [0.4, 0.01], C: [0.3, 0.01] },
    },
    [/Of 3 surrogates none can be told to transfer better than another: \d+ to \d+ % on average/],
    [/transfers best|against|point most nearly|highest/],
  ],
  [
    "surrogates that do exactly the same",
    { attacked: { A: [100, 200], B: [100, 200] }, white: [300, 390], R: { A: [1, 0], B: [1, 0] } },
    [
      /Crafted on A, of 2 surrogates one of 2 that do the same on these points, attacks/,
      /none can be told to transfer better than another: 38 % on average/,
    ],
    [/38 to 38|strongest on|transfers best|highest|below/],
  ],
  [
    "surrogates that do nearly the same to many points",
    { n: 4000, attacked: { A: [3801, 3802], B: [3800, 3800] }, white: [3900, 4000], R: { A: [1, 0], B: [1, 0] } },
    [/none can be told to transfer better than another: 95.00 to 95.04 % on average/],
    [/95 to 95|transfers best/],
  ],
  [
    "two strongest surrogates and a third",
    { attacked: { A: [100, 200], B: [100, 200], C: [10, 20] }, white: [300, 390], R: { A: [0.5, 0.1], B: [0.5, 0.1] } },
    [
      /Crafted on A, of 3 surrogates one of 2 that are the strongest, all alike, on these points/,
      /B cannot be told from it/,
    ],
    [/of 3 surrogates the strongest/],
  ],
  [
    "a single point",
    { n: 1, attacked: { A: [1, 1], B: [0, 1] }, white: [1, 1] },
    [/of 1 point;/],
    [/1 points|transfers best/],
  ],
  [
    "a best surrogate that one other cannot be told from",
    {
      attacked: { A: [200, 300], B: [198, 300], C: [20, 60] },
      white: [300, 390],
      R: { A: [0.5, 0.05], B: [0.52, 0.05], C: [0.1, 0.05] },
    },
    [
      /A transfers best: 63 % .*, against 10 % for C, the least. B cannot be told from it on these points \(62 %\)/,
      /Alignment does not set it apart: its R with the target is 0.50, that of B 0.52, and their intervals overlap/,
    ],
    [/highest of all|Alignment alone/],
  ],
  [
    "the identical model",
    { attacked: { A: [160, 300], B: [40, 90] }, white: [160, 300], R: { A: [1, 0], B: [0.999, 0.0005] } },
    [/R with the target is 1.00, the highest of all/],
    [/masked|below/],
  ],
  [
    "alignments that differ in the third decimal",
    { attacked: { A: [160, 300], B: [40, 90] }, white: [160, 300], R: { A: [0.9961, 0.0001], B: [0.9978, 0.0001] } },
    [/its R with the target is 0.996, below the 0.998 of B/],
    [/1.00, below|number 2/],
  ],
  [
    "alignments near zero",
    { attacked: { A: [160, 300], B: [40, 90] }, white: [200, 390], R: { A: [0.01, 0.004], B: [0.001, 0.004] } },
    [/hardly point along the target's: its alignment R with the target is 0.010 \(0.006 to 0.014\)/],
    [/most nearly/],
  ],
  [
    "a constant target",
    { clean: (i) => i % 2 === 0, attacked: { A: [(i) => i % 2 === 0, (i) => i % 2 === 0] } },
    [
      /No attack of any surrogate changed what the target says of any of the 400 points; it errs on 50 % of them with and without/,
    ],
    [/transfers? best|against|Crafted on/],
  ],
  [
    "a constant target that can be attacked white-box",
    {
      clean: 100,
      attacked: { A: [100, 100], B: [100, 100] },
      white: [100, 100],
      target: { gradientSize: { estimate: 0, low: 0, high: 0 }, flat: { count: 400, n: 400 } },
    },
    [/of the white-box one neither changed/, /gradient of the target's loss is exactly zero at all points/],
    [/transfers best|Crafted on|robust/],
  ],
  [
    "a target that hides its gradients",
    {
      attacked: { A: [60, 240], B: [20, 100] },
      white: [16, 76],
      R: { A: [0.3, 0.02], B: [0.1, 0.02] },
    },
    [
      /^The target's gradients are masked: transfer is stronger than the white-box attack. At ε = 2 points crafted on A make it err on 60 %, those crafted on the model itself make it err on 19 %/,
      /A transfers best/,
    ],
    [/Why cannot be said|point most nearly|Alignment/],
  ],
  [
    "a white-box attack that falls behind by chance, or by little",
    { attacked: { A: [66, 246], B: [20, 100] }, white: [60, 240], R: { A: [0.3, 0.02], B: [0.1, 0.02] } },
    [/A transfers best/],
    [/masked/],
  ],
  [
    "a saturated target",
    {
      attacked: { A: [160, 300], B: [40, 90] },
      white: [200, 390],
      R: { A: [0.62, 0.02], B: [0.2, 0.02] },
      target: { flat: { count: 380, n: 400 } },
    },
    [/loss is exactly zero at 380 of 400 points, .* R is that of the other 20/],
    [/masked/],
  ],
  [
    "points of one class",
    { attacked: { A: [160, 300] }, white: [200, 390], onlyClass: "cat" },
    [/^All 400 attacked points are of class "cat": of points of other classes nothing is known/],
    [/strongest|best/],
  ],
  [
    "30 % of clean error that attacks add nothing to",
    {
      clean: 120,
      attacked: { A: [121, 122], B: [120, 119] },
      white: [121, 125],
      R: { A: [0.6, 0.01], B: [0.1, 0.01] },
    },
    [/err on 30 and 31 % of 400 points; without attack it errs on 30 %. None of this is more than chance may bring/],
    [/transfers best|Alignment|most nearly/],
  ],
  [
    "30 % of clean error that attacks add to",
    {
      clean: 120,
      attacked: { A: [180, 240], B: [130, 140] },
      white: [200, 300],
      R: { A: [0.6, 0.01], B: [0.1, 0.01] },
    },
    [
      /err on 45 and 60 % of 400 points; without attack it errs on 30 %\. Crafted on the model itself/,
      /A transfers best/,
    ],
    [/than chance may bring/],
  ],
  [
    "one surrogate",
    { attacked: { A: [160, 300] }, white: [200, 390], R: { A: [0.62, 0.02] } },
    [
      /^Crafted on A, attacks with/,
      /95 % intervals: 35 to 46 and 70 to 80 %/,
      /Its alignment R with the target is 0.62/,
    ],
    [/strongest|best|highest|at once/],
  ],
  [
    "five points",
    { n: 5, attacked: { A: [2, 4], B: [1, 2] }, white: [3, 5], R: { A: [0.62, 0.3], B: [0.2, 0.3] } },
    [/err on 40 and 80 % of 5 points/, /hold at once: 8.6 to 82 and 29 to 97 %/],
    [/transfers best|masked/],
  ],
  [
    "no gradients",
    { attacked: { A: [160, 300], B: [40, 90] }, target: { noGradients: "trees have none" } },
    [/A transfers best/, /cannot be said: the target gives no gradients/],
    [/model itself|masked/],
  ],
  ["no surrogate", { attacked: {}, white: [1, 2] }, [/No surrogate could be attacked/], [/best|Crafted/]],
];

test.each(situations)("%s: what may and what may not be said", (_, situation, may, mayNot) => {
  const text = answer(situation);
  for (const sentence of may) expect(text).toMatch(sentence);
  for (const sentence of mayNot) expect(text).not.toMatch(sentence);
  expect(text).not.toMatch(/NaN|undefined|Infinity|-0\b/);
});

test("one budget is told as one", () => {
  const text = answer({ attacked: { A: [160, 300], B: [40, 90] }, white: [200, 390] }, [1]);
  expect(text).toMatch(/attacks with an L2 budget of 1 make this model err on 40 % of 400 points/);
  expect(text).toMatch(/A transfers best: 40 %, against 10 % for B, the least/);
  expect(text).not.toMatch(/budgets|average/);
});

test("shares that are neither none nor all are not told as such", () => {
  const text = answer({ n: 2000, clean: 1, attacked: { A: [1, 1999] }, white: [1999, 2000] });
  expect(text).toMatch(/err on 0.05 and 99.95 % of 2000 points; without attack it errs on 0.05 %/);
});

test("of ten surrogates that are equally good none is called the best in 95 of 100 audits or more", () => {
  let best = 0;
  for (let round = 0; round < 200; round++) {
    const random = stream(3, "equal", round);
    // The same points are easy for all: half of each error is shared.
    const shared = Array.from({ length: 120 }, () => random.uniform() < 0.25);
    const own = () => {
      const wrong = shared.map((is) => is || random.uniform() < 0.3);
      return [(i: number) => wrong[i], (i: number) => wrong[i] || i % 7 === 0] as const;
    };
    const attacked = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`S${i}`, own()]));
    if (/transfers best/.test(answer({ n: 120, attacked, white: [120, 120] }))) best++;
  }
  expect(best).toBeLessThanOrEqual(10);
});

describe("of real models", () => {
  const D = 6;
  /** Two classes that differ in every feature; `noise` is the share of labels drawn anew. */
  function clouds(seed: number, n: number, noise = 0, classes = [0, 1]): Dataset {
    const random = stream(seed, "clouds");
    const truth = Array.from({ length: n }, (_, i) => classes[i % classes.length]);
    const value = (i: number) => Math.min(1, Math.max(0, 0.5 + (truth[i] ? 0.12 : -0.12) + 0.15 * random.normal()));
    const features = Float32Array.from({ length: n * D }, (_, k) => value(Math.floor(k / D)));
    const labels = truth.map((label) => (random.uniform() < noise ? 1 - label : label));
    return dataset({ features: tensor("float32", [n, D], features), labels, classNames: ["a", "b"], domain: [0, 1] });
  }

  /** Scores (-f, f) with f = slope (sum of x - D / 2), where x may be rounded first. */
  function sums(slope: number, round = false): Model {
    const g = new GraphBuilder();
    const x = g.input("x", "float32", ["N", D]);
    const step = g.constant(tensor("float32", [1], [8]));
    const seen = round ? g.node("Div", [g.node("Round", [g.node("Mul", [x, step])]), step]) : x;
    const weights = tensor("float32", [D, 2], Array.from({ length: D }, () => [-slope, slope]).flat());
    const bias = tensor("float32", [2], [(slope * D) / 2, (-slope * D) / 2]);
    g.output(g.node("Add", [g.node("MatMul", [seen, g.constant(weights)]), g.constant(bias)]), "scores");
    return modelFromGraph(modelOf(g.graph(), { scores: "logits" }));
  }

  async function told(target: Pick<Model, "bytes">, training: Dataset, attacked: Dataset): Promise<string> {
    const { result } = await audit({
      ...{ runtime, seed: 0, norm: "l2", epsilons: [0.2, 0.4], target, training, attacked },
      surrogates: [
        { learner: "logistic", complexity: "low" },
        { learner: "ridge", complexity: "low" },
      ],
      attackers: [],
    });
    return [...result.answer, ...result.targetFindings!.map(({ sentence }) => sentence)].join("\n");
  }

  it("a constant one", async () => {
    const text = await told(sums(0), clouds(1, 200), clouds(2, 200));
    expect(text).toMatch(/No attack of any surrogate, of the white-box one neither/);
    expect(text).toMatch(/gradient of the target's loss is exactly zero at all points/);
    expect(text).not.toMatch(/best|masked|robust/);
  });

  it("one that rounds its input, so that its gradient is zero, is masked", async () => {
    const text = await told(sums(4, true), clouds(1, 200), clouds(2, 200));
    expect(text).toMatch(/^The target's gradients are masked/);
    expect(text).toMatch(/On target at epsilon 0.4, transfer is stronger than the white-box attack from 2 of 2/);
    expect(text).not.toMatch(/most nearly|vulnerability/);
  });

  it("one whose loss is flat where it is sure can still be attacked, and is told to be flat", async () => {
    const text = await told(sums(1000), clouds(1, 200), clouds(2, 200));
    expect(text).toMatch(/exactly zero at \d+ of 200 points/);
    expect(text).not.toMatch(/masked/);
  });

  it("the surrogate itself: what is crafted on it does what the white-box attack does", async () => {
    const training = clouds(1, 200);
    const logistic = learnerByName("logistic");
    const { model } = await fit(logistic, training, {
      ...{ runtime, seed: 0, stream: "t", options: logistic.complexities.low },
    });
    const text = await told(model, training, clouds(2, 200));
    expect(text).not.toMatch(/masked|1\.00.*below the 1\.00|number \d of/);
    const [, crafted] = text.match(/make this model err on ([\d., and]+) %/)!;
    expect(text).toContain(`they reach ${crafted} %`);
  });

  it("labels drawn anew for a third of the rows, and points of one class", async () => {
    const noisy = await told(sums(4), clouds(1, 300, 0.3), clouds(2, 300, 0.3));
    expect(noisy).toMatch(/without attack it errs on (2|3)\d %/);
    const one = await told(sums(4), clouds(1, 200), clouds(2, 100, 0, [1]));
    expect(one).toMatch(/All 100 attacked points are of class "b"/);
  });
});
