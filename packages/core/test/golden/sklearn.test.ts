// Classifiers as skl2onnx writes them: loss gradients against differences in float64, fixtures/onnx/sklearn_export.py.

import { readdirSync, readFileSync } from "node:fs";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { modelFromBytes } from "../../src/models/model.ts";
import { openModel } from "../../src/models/open.ts";
import { runtimeFrom } from "../../src/models/runtime.ts";
import { tensor } from "../../src/tensor.ts";

interface Golden {
  probabilities: boolean;
  labels: readonly number[];
  scores: readonly (readonly number[])[];
  gradient: readonly (readonly number[])[];
}

const folder = new URL("../../../../fixtures/onnx/sklearn/", import.meta.url);
const golden: { points: number[][]; models: Record<string, Golden> } = JSON.parse(
  readFileSync(new URL("golden.json", folder), "utf8"),
);
const files = readdirSync(folder).filter((name) => name.endsWith(".onnx"));

const distance = (a: ArrayLike<number>, b: readonly number[]) => Math.hypot(...b.map((value, i) => value - a[i]));

test("every file has golden numbers", () => {
  expect(files.map((file) => file.replace(/\.onnx$/, ""))).toEqual(Object.keys(golden.models).sort());
});

describe.each(files)("%s", (file) => {
  const expected = golden.models[file.replace(/\.onnx$/, "")];

  test("scores of scikit-learn, and loss gradients within 1e-4 of each row's", async () => {
    const read = modelFromBytes(readFileSync(new URL(file, folder)));
    const model = await openModel(runtimeFrom(ort), read);
    expect(model.notDifferentiable).toBeUndefined();
    expect(model.probabilities).toBe(expected.probabilities);
    expect(model.classes).toBe(expected.scores[0].length);
    const positions = expected.scores[0].map((_: number, k: number) => String(k));
    expect(read.classNames ?? positions).toEqual(
      file.startsWith("named") ? ["setosa", "versicolor", "virginica"] : positions,
    );
    const x = tensor("float32", [golden.points.length, 4], golden.points.flat());
    const scores = await model.scores(x);
    const result = await model.differentiable!.inputGradient("crossEntropy", x, Int32Array.from(expected.labels));
    const flat = expected.scores.flat();
    expect(distance(scores.data, flat)).toBeLessThan(1e-5 * Math.max(10, Math.hypot(...flat)));
    expect(distance(result.scores.data, flat)).toBeLessThan(1e-5 * Math.max(10, Math.hypot(...flat)));
    expected.gradient.forEach((row, i) => {
      const error = distance(result.gradient.data.subarray(4 * i, 4 * i + 4), row);
      expect(error / Math.hypot(...row)).toBeLessThan(1e-4);
    });
    await model.close();
  });
});
