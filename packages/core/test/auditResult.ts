// A made-up audit for tests of figures and reports: shaped like a real one, every number from a formula.

import type { Interval } from "../src/stats/sample.ts";
import type { AuditCell, AuditModel, AuditPair, AuditResult, ExampleImage } from "../src/study/result.ts";
import { type Rate, rate as rateOf } from "../src/transfer/rates.ts";

const N = 500;
const families = ["svm-linear", "logistic", "ridge", "svm-rbf", "mlp", "cnn"];

const rate = (share: number): Rate => rateOf(Math.round(Math.min(1, Math.max(0, share)) * N), N);
const around = (estimate: number, half: number): Interval => ({
  estimate,
  low: estimate - half,
  high: estimate + half,
});

/** What the made-up audit varies. */
export interface MadeUp {
  /** Number of surrogates; two complexities per learner. */
  readonly surrogates?: number;
  readonly epsilons?: readonly number[];
  readonly targetId?: string;
  readonly classNames?: readonly string[];
  /** A target that gives no gradients has no white-box row. */
  readonly targetGradients?: boolean;
}

/** An audit of `1 + surrogates` models at some budgets on 500 points. */
export function madeUpAudit({
  surrogates = 6,
  epsilons = [0.5, 1, 2, 5],
  targetId = "target",
  classNames = ["eight", "nine"],
  targetGradients = true,
}: MadeUp = {}): AuditResult {
  // A position on a line stands for what a model has learned; strength for how steep it is.
  const traits = Array.from({ length: surrogates + 1 }, (_, i) => {
    const learner = families[Math.floor(Math.max(0, i - 1) / 2) % families.length];
    const complexity = i % 2 === 1 ? ("high" as const) : ("low" as const);
    const id = i === 0 ? targetId : `${learner}_${complexity === "high" ? "H" : "L"}`;
    const steep = i === 0 ? 1.15 : complexity === "high" ? 0.9 + 0.25 * ((i * 3) % 7) : 0.35 + 0.09 * ((i * 2) % 5);
    return { id, learner, complexity, steep, position: i === 0 ? 0.3 : 0.06 * i + (complexity === "high" ? 0.35 : 0) };
  });
  const models = traits.map(({ id, learner, complexity, steep }, i): AuditModel => {
    const common = { id, cleanError: rate(0.012 + 0.004 * (i % 4)), cleanLoss: 0.05 + 0.01 * i };
    const size = {
      gradientSize: around(
        (0.04 + 0.05 * ((i + 1) >> 1)) * steep ** 1.5,
        (0.003 + 0.003 * ((i + 1) >> 1)) * steep ** 1.5,
      ),
    };
    if (i === 0)
      return {
        ...common,
        role: "target",
        ...(targetGradients ? size : { noGradients: "node “trees”: TreeEnsembleClassifier has no gradient" }),
      };
    const C = complexity === "high" ? 100 : 0.01;
    const training = { iterations: 120 + 31 * i, "duality gap": 1e-5 * i, loss: 0.02 * i };
    return {
      ...common,
      role: "surrogate",
      learner,
      complexity,
      options: { C, loss: "hinge", tolerance: 1e-6 },
      training,
      ...size,
    };
  });
  const alignment = (a: number, b: number) => 0.95 * Math.exp(-1.6 * Math.abs(traits[a].position - traits[b].position));
  const gradients = (i: number) => i > 0 || targetGradients;
  const cells: AuditCell[] = [];
  const pairs: AuditPair[] = [];
  for (const [a, from] of traits.entries()) {
    if (!gradients(a)) continue;
    for (const [b, to] of traits.entries()) {
      const R = a === b ? 1 : alignment(a, b);
      if (a !== b && gradients(b)) pairs.push({ surrogate: from.id, target: to.id, alignment: around(R, 0.03) });
      for (const epsilon of epsilons) {
        const clean = models[b].cleanError.estimate;
        const fall = (strength: number) =>
          clean + (1 - clean) / (1 + Math.exp(-3.2 * Math.log((epsilon * to.steep * strength) / 1.5)));
        const error = rate(fall(R));
        const predicted = epsilon * 0.5 * to.steep * R;
        cells.push({
          surrogate: from.id,
          target: to.id,
          epsilon,
          errorUnderAttack: error,
          success: rate((error.estimate - clean) / (1 - clean)),
          netIncrease: around(error.estimate - clean, 0.03),
          sameWrongClass: rate(0.8 * error.estimate),
          otherWrongClass: rate(0.2 * error.estimate),
          lossIncrease: predicted * (1 + 0.25 * epsilon),
          ...(gradients(b) ? { predictedIncrease: predicted, ratio: error.estimate / rate(fall(1)).estimate } : {}),
        });
      }
    }
  }
  const strongest = cells
    .filter(
      ({ surrogate, target, epsilon }) => surrogate !== targetId && target === targetId && epsilon === epsilons[2],
    )
    .reduce((best, cell) => (cell.errorUnderAttack.estimate > best.errorUnderAttack.estimate ? cell : best));
  return {
    carom: "0.1.0",
    seed: 7,
    asked: {
      dataHash: "5f1c09d2a4be77",
      targetHash: "c0ffee11d3a2",
      classNames,
      featureShape: [1, 28, 28],
      norm: "l2",
      epsilons,
      box: [0, 1],
      points: N,
      surrogateRows: 1000,
      targetRows: 5000,
      attackerKnows: [
        "Training data: other rows of the same distribution, 1,000 of them.",
        "Features: all 784, and that they lie in [0, 1].",
        "Learner: unknown; every differentiable learner is tried.",
        "Parameters: unknown.",
      ],
      defaults: [
        "A stratified half of the data trains the surrogates, the other half is attacked.",
        "Budgets: 0.5, 1, 2 and 5 times range · √784 / 28.",
      ],
      warnings: ["12 attacked rows may be among the target's training rows."],
    },
    models,
    cells,
    pairs,
    standings: {
      ranking: traits.slice(1).map(({ id }) => {
        const errors = epsilons.flatMap((epsilon) =>
          cells
            .filter((cell) => cell.surrogate === id && cell.target === targetId && cell.epsilon === epsilon)
            .map(({ errorUnderAttack: { estimate, low, high } }) => ({ estimate, low, high })),
        );
        return {
          surrogate: id,
          errors,
          mean: errors.reduce((sum, { estimate }) => sum + estimate, 0) / errors.length,
          isBehind: true,
        };
      }),
      changes: true,
      rises: true,
    },
    answer: [
      `With a budget of ε = ${epsilons[2]}, points crafted on ${strongest.surrogate} make ${targetId} err on ` +
        `${Math.round(100 * strongest.errorUnderAttack.estimate)} of 100 points, against ` +
        `${(100 * models[0].cleanError.estimate).toFixed(1)} without an attack.`,
      `${strongest.surrogate} does it best because its gradients point most nearly where the target's do.`,
    ],
  };
}

/** Attacked points that look like strokes on a dark page. */
export function madeUpExamples(result: AuditResult, count = 4): ExampleImage[] {
  const [H, W] = [28, 28];
  const attackers = result.models.filter(({ role }) => role === "surrogate");
  return Array.from({ length: count }, (_, index) => {
    const original = new Float32Array(H * W);
    const attacked = new Float32Array(H * W);
    for (let y = 0; y < H; y++) {
      for (let x = 0; x < W; x++) {
        const ring = (cy: number, radius: number) => Math.exp(-(((Math.hypot(x - 14, y - cy) - radius) / 1.3) ** 2));
        const stroke =
          index % 2 === 0
            ? Math.max(ring(9, 4), ring(18, 5))
            : Math.max(ring(9, 5), x > 17 && x < 20 && y > 9 && y < 24 ? 0.95 : 0);
        const i = y * W + x;
        original[i] = stroke > 0.05 ? stroke : 0;
        const change =
          0.35 * Math.sin(0.9 * x + index) * Math.cos(0.7 * y) * Math.exp(-((x - 14) ** 2 + (y - 14) ** 2) / 90);
        attacked[i] = Math.min(1, Math.max(0, original[i] + change));
      }
    }
    const [right, wrong] = index % 2 === 0 ? result.asked.classNames : [...result.asked.classNames].reverse();
    const verdicts = result.models.map(({ id }, i) => ({
      target: id,
      label: (i + index) % 3 === 0 ? right : wrong,
      wrong: (i + index) % 3 !== 0,
    }));
    const surrogate = attackers[(2 * index) % attackers.length].id;
    return {
      index: 40 + 17 * index,
      imageShape: [H, W],
      original,
      attacked,
      label: right,
      surrogate,
      epsilon: result.asked.epsilons[2],
      verdicts,
    };
  });
}
