// A learner and an attack of a program's own take part in an audit, as those do that come along.

import * as carom from "@carom/core";
import { addEvasionAttack } from "@carom/core/attacks";
import { addLearner, linearModel } from "@carom/core/learners";
import * as ort from "onnxruntime-node";
import { z } from "zod";

/** The nearest mean of a class: scores m_k . x - ||m_k||^2 / 2, shrunk towards the mean of all. */
addLearner({
  name: "nearest-mean",
  summary: "the class whose mean is nearest",
  family: "linear",
  options: z.strictObject({
    shrink: z.number().min(0).max(1).default(0).describe("how far class means are drawn together"),
  }),
  complexities: { high: { shrink: 0 }, low: { shrink: 0.5 } },
  capabilities: { differentiable: true, affine: true, sparse: false },
  reference: "Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, section 4.3",
  estimates: { fit: () => 0.01 },
  async fit(data, { shrink }) {
    const x = carom.denseRows(data);
    const width = carom.featureCount(data);
    const meanOf = (rows: readonly number[]) =>
      Float64Array.from(
        { length: width },
        (_, j) => rows.reduce((sum, i) => sum + x.data[i * width + j], 0) / rows.length,
      );
    const all = [...data.labels.keys()];
    const centre = meanOf(all);
    const functions = data.classNames.map((_, k) => {
      const own = meanOf(all.filter((i) => data.labels[i] === k));
      const weights = own.map((value, j) => (1 - shrink) * value + shrink * centre[j]);
      return { weights, bias: -weights.reduce((sum, w) => sum + w * w, 0) / 2 };
    });
    return { model: linearModel(functions, data), training: { rows: all.length } };
  },
});

/** One step along the gradient, as long as the budget. */
addEvasionAttack({
  name: "one-step",
  summary: "one step along the gradient, as long as the budget",
  options: z.strictObject({}),
  capabilities: { norms: ["l1", "l2", "linf"], gradients: true, discrete: false, improves: false, boosters: false },
  reference: "Goodfellow et al., ICLR 2015",
  asks: () => ({ scores: 1, gradients: 1 }),
  gradients: () => 1,
  build: () =>
    async function* attack(context) {
      const all = Int32Array.from({ length: context.start.rows }, (_, i) => i);
      const { columns } = context.start;
      const points = { ...context.start, data: context.start.data.slice() };
      const steps = await context.gradient(context.start, all);
      context.steepest(steps);
      for (let i = 0; i < points.data.length; i++) {
        points.data[i] += context.budget(Math.floor(i / columns)) * steps.data[i];
      }
      context.project(points, all);
      const state = { iteration: 1, points, objective: new Float64Array(all.length).fill(Number.NaN), active: 0 };
      yield state;
      return state;
    },
});

const runtime = carom.runtimeFrom(ort);
const random = carom.stream(0, "points");
const labels = Array.from({ length: 400 }, (_, i) => i % 2);
const values = labels.flatMap((label) => Array.from({ length: 20 }, () => random.normal() + label));
const data = carom.dataset({ features: carom.tensor("float32", [400, 20], values), labels });
const [training, attacked] = carom.splitHalves(data, random).map((rows) => carom.takeRows(data, rows));
const { model: target } = await carom.fit(carom.learnerByName("mlp"), training, { runtime, seed: 0, stream: "target" });

const { result } = await carom.audit({
  ...{ runtime, target, training, attacked, seed: 0, norm: "l2", epsilons: [1, 2] },
  surrogates: [
    { learner: "nearest-mean", complexity: "high" },
    { learner: "svm-rbf", complexity: "high" },
  ],
  attack: { attack: { name: "one-step" } },
  asked: { dataHash: "", targetHash: "", box: [-4, 5], attackerKnows: [], defaults: [], warnings: [] },
});
for (const { surrogate, epsilon, target, errorUnderAttack } of result.cells) {
  if (target !== "target" || surrogate === "target") continue;
  console.log(`one step on ${surrogate} within epsilon ${epsilon}: the target errs on ${errorUnderAttack.estimate}`);
}
