// An audit of sparse rows, by slopes and changes, finds what one of the same rows written out finds.

import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { type Dataset, dataset, withScaling } from "../../data/dataset.ts";
import { sparseFromDense } from "../../data/sparse.ts";
import { fit } from "../../learners/fit.ts";
import { learnerByName } from "../../learners/registry.ts";
import { runtimeFrom } from "../../models/runtime.ts";
import { stream } from "../../random.ts";
import { tensor } from "../../tensor.ts";
import { audit } from "./audit.ts";

const runtime = runtimeFrom(ort);

/** The same rows, sparse and written out, of so many classes that a few columns tell. */
function bothForms(label: string, n: number, classes: number): readonly Dataset[] {
  const random = stream(1, "sparse audit", label);
  const d = 40;
  const labels = Int32Array.from({ length: n }, (_, i) => i % classes);
  const values = Float32Array.from({ length: n * d }, (_, at) => {
    const own = at % d < classes && labels[Math.floor(at / d)] === at % d;
    return random.uniform() < (own ? 0.8 : 0.15) ? random.uniform() : 0;
  });
  const x = tensor("float32", [n, d], values);
  return [sparseFromDense(x), x].map((features) => withScaling(dataset({ features, labels, domain: [0, 1] }), "none"));
}

test.each([
  ["l1", 2],
  ["l2", 3],
] as const)("%s, %i classes", async (norm, classes) => {
  const training = bothForms("training", 120, classes);
  const attacked = bothForms("attacked", 40, classes);
  const { model } = await fit(learnerByName("logistic"), training[1], { runtime, seed: 1, stream: "target" });
  const [sparse, dense] = await Promise.all(
    training.map((rows, i) =>
      audit({
        ...{ runtime, target: model, training: rows, attacked: attacked[i], norm, epsilons: [0.3, 0.8], seed: 1 },
        surrogates: [{ learner: "ridge", complexity: "low" }],
      }),
    ),
  );
  expect(sparse.result.cells.length).toBe(dense.result.cells.length);
  sparse.result.cells.forEach((cell, i) => {
    const other = dense.result.cells[i];
    expect([cell.surrogate, cell.target, cell.epsilon]).toEqual([other.surrogate, other.target, other.epsilon]);
    expect(cell.errorUnderAttack.estimate).toBeCloseTo(other.errorUnderAttack.estimate, 1);
    expect(cell.lossIncrease).toBeCloseTo(other.lossIncrease!, 3);
    expect(cell.predictedIncrease).toBeCloseTo(other.predictedIncrease!, 3);
  });
  sparse.result.models.forEach((each, i) => {
    expect(each.gradientSize!.estimate).toBeCloseTo(dense.result.models[i].gradientSize!.estimate, 4);
    expect(each.cleanLoss).toBeCloseTo(dense.result.models[i].cleanLoss!, 4);
  });
  sparse.result.pairs.forEach((pair, i) => {
    expect(pair.alignment.estimate).toBeCloseTo(dense.result.pairs[i].alignment.estimate, 3);
  });
  expect(sparse.samples[0].size.some((size) => size > 0)).toBe(true);
});
