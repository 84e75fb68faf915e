// Affine scores of sparse rows from slopes are those that the model gives rows that are written out.

import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { dataset, withScaling } from "../data/dataset.ts";
import { type SparseRows, sparseFromDense } from "../data/sparse.ts";
import { fit } from "../learners/fit.ts";
import { learners } from "../learners/registry.ts";
import { stream } from "../random.ts";
import { tensor } from "../tensor.ts";
import { affineScores, slopesOf } from "./affineScores.ts";
import { argMax } from "./losses.ts";
import { openModel } from "./open.ts";
import { predict } from "./predict.ts";
import { runtimeFrom } from "./runtime.ts";
import { scoreRows } from "./scoreRows.ts";

const runtime = runtimeFrom(ort);

/** Rows of 12 numbers of several sizes, most of them 0, in so many classes. */
function sparseData(classes: number, seed: number) {
  const random = stream(seed, "predict");
  const n = 80;
  const values = Float32Array.from({ length: 12 * n }, (_, i) =>
    random.uniform() < 0.75 ? 0 : (random.uniform() - 0.3) * 10 ** ((i % 12) - 6),
  );
  const labels = Int32Array.from({ length: n }, (_, i) => i % classes);
  for (let i = 0; i < n; i++) values[12 * i + labels[i]] += 10 ** (labels[i] - 6);
  return dataset({ features: sparseFromDense(tensor("float32", [n, 12], values)), labels });
}

test.each([
  ["logistic", 2],
  ["logistic", 4],
  ["ridge", 3],
  ["ridge", 2],
])("%s of %i classes", async (name, classes) => {
  for (const seed of [1, 2]) {
    for (const data of [sparseData(classes, seed), withScaling(sparseData(classes, seed), "none")]) {
      const { model } = await fit(learners[name], data, { runtime, seed, stream: "predict" });
      const opened = await openModel(runtime, model);
      const own = await scoreRows({ scores: opened.scores, classes: opened.classes }, data);
      await opened.close();
      const found = affineScores(await slopesOf(runtime, model), data.features as SparseRows);
      expect(found.shape).toEqual(own.shape);
      const size = Math.max(...Array.from(own.data, Math.abs));
      found.data.forEach((score, i) => {
        expect(Math.abs(score - own.data[i])).toBeLessThan(1e-5 * size);
      });
      // No two scores of a row are as near as rounding here.
      expect(await predict(runtime, model, data)).toEqual(argMax(own));
      expect(new Set(argMax(own)).size).toBeGreaterThan(1);
    }
  }
});
